import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findExecutable } from './executable.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export interface PrometheusOptions {
  /** For its configuration and its data. */
  readonly folder: string;
  /** `prometheus.yml`; JSON is YAML. */
  readonly config: unknown;
}

/**
 * Starts the real Prometheus on a free port of 127.0.0.1.
 *
 * @throws {Error} when it can be neither found nor installed, or does not start.
 */
export async function startPrometheus({ folder, config }: PrometheusOptions): Promise<ServerProcess> {
  const file = findExecutable({ command: 'prometheus', debianPackage: 'prometheus' });
  await mkdir(folder, { recursive: true });
  const configFile = join(folder, 'prometheus.yml');
  await writeFile(configFile, JSON.stringify(config));
  return startServerProcess({
    file,
    readyPath: '/-/ready',
    readyWithin: 30,
    args: (port) => [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
  });
}
