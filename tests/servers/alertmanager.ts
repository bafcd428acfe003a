import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { alertmanagerRoutes } from '../../monitoring/source/alertmanager.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { findExecutable } from './executable.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export interface AlertmanagerOptions {
  /** Where critical and warning alerts are posted. */
  readonly webhookUrl: string;
  /** How many times as fast as usual news are sent; 1 by default. */
  readonly scale?: number;
}

/**
 * Starts the real Alertmanager with the shipped routes, by the shipped script, on a free port of 127.0.0.1.
 *
 * @throws {Error} when it can be neither found nor installed, or refuses its configuration.
 */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<ServerProcess> {
  const file = findExecutable({
    command: 'prometheus-alertmanager',
    debianPackage: 'prometheus-alertmanager',
  });
  const home = mkdtempSync(join(tmpdir(), 'fte-alertmanager-'));
  const start = join(home, 'start.sh');
  copyFileSync(join(ROOT, 'monitoring', 'alertmanager', 'start.sh'), start);
  writeFileSync(join(home, 'routes.yml'), stringify(alertmanagerRoutes(options.scale)));
  const forget = () => rmSync(home, { recursive: true, force: true });
  try {
    const server = await startServerProcess({
      file: '/bin/sh',
      readyPath: '/-/ready',
      env: {
        PATH: process.env.PATH,
        ALERTMANAGER: file,
        ALERTMANAGER_CONFIG: join(home, 'alertmanager.yml'),
        FTE_ALERT_WEBHOOK_URL: options.webhookUrl,
      },
      args: (port) => [
        start,
        `--storage.path=${join(home, 'data')}`,
        '--cluster.listen-address=',
        `--web.listen-address=127.0.0.1:${port}`,
      ],
    });
    return {
      ...server,
      async close() {
        await server.close();
        forget();
      },
    };
  } catch (error) {
    forget();
    throw error;
  }
}
