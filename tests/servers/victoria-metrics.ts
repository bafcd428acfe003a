import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findExecutable } from './executable.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/**
 * Starts the real VictoriaMetrics on a free port of 127.0.0.1, which keeps its data as long as it runs.
 *
 * @throws {Error} when it can be neither found nor installed, or does not start.
 */
export async function startVictoriaMetrics(): Promise<ServerProcess> {
  const file = findExecutable({ command: 'victoria-metrics', debianPackage: 'victoria-metrics' });
  const home = mkdtempSync(join(tmpdir(), 'fte-victoria-metrics-'));
  const forget = () => rmSync(home, { recursive: true, force: true });
  try {
    const server = await startServerProcess({
      file,
      readyPath: '/health',
      args: (port) => [
        `-storageDataPath=${home}`,
        `-httpListenAddr=127.0.0.1:${port}`,
        // By default it leaves out the youngest half minute of every answer.
        '-search.latencyOffset=0s',
        '-retentionPeriod=13',
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
