import { findExecutable } from './executable.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export interface PushgatewayOptions {
  /** Whether pushes are compared with each other; true by default, as in the server itself. */
  readonly consistencyCheck?: boolean;
  /** Default: any that is free. */
  readonly port?: number;
  /** Where it keeps what it has, every second; default: nowhere. */
  readonly persistenceFile?: string;
}

/**
 * Starts the real Prometheus Pushgateway on 127.0.0.1, with `PUT /api/v1/admin/wipe`.
 *
 * @throws {Error} when it can be neither found nor installed, or does not start.
 */
export function startPushgateway({
  consistencyCheck = true,
  port,
  persistenceFile = '',
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
      `--persistence.file=${persistenceFile}`,
      '--persistence.interval=1s',
      '--web.enable-admin-api',
      ...(consistencyCheck ? [] : ['--push.disable-consistency-check']),
    ],
  });
}
