import { findExecutable } from './executable.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export interface PushgatewayOptions {
  /** Whether pushes are compared with each other; true by default, as in the server itself. */
  readonly consistencyCheck?: boolean;
  /** Default: any that is free. */
  readonly port?: number;
}

/**
 * Starts the real Prometheus Pushgateway on a free port of 127.0.0.1, without a persistence file and with
 * `PUT /api/v1/admin/wipe`.
 *
 * @throws {Error} when it can be neither found nor installed, or does not start.
 */
export function startPushgateway({
  consistencyCheck = true,
  port,
}: PushgatewayOptions = {}): Promise<ServerProcess> {
  const file = findExecutable({
    command: 'prometheus-pushgateway',
    debianPackage: 'prometheus-pushgateway',
  });
  return startServerProcess({
    file,
    readyPath: '/-/ready',
    ...(port === undefined ? {} : { port }),
    args: (on) => [
      `--web.listen-address=127.0.0.1:${on}`,
      '--persistence.file=',
      '--web.enable-admin-api',
      ...(consistencyCheck ? [] : ['--push.disable-consistency-check']),
    ],
  });
}
