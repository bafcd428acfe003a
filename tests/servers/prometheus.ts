import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findExecutable } from './executable.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export interface PrometheusOptions {
  /** The configuration file's text. */
  readonly config: string;
  readonly flags?: readonly string[];
  /** Where its blocks are; a folder of its own, removed at its end, unless it is given one. */
  readonly data?: string;
}

/** One series of an instant query's answer. */
export interface QueriedSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus extends ServerProcess {
  /**
   * Evaluates an expression at a Unix time, or now.
   *
   * @throws {Error} with Prometheus' own words when it refuses the expression.
   */
  query(expr: string, atSeconds?: number): Promise<readonly QueriedSample[]>;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data?: {
    readonly resultType: string;
    readonly result:
      | readonly (readonly [number, string])[]
      | readonly { metric: Record<string, string>; value: [number, string] }[];
  };
}

/** Prometheus' words for numbers. */
const numberOf = (text: string) => Number(text.replace('Inf', 'Infinity'));

/**
 * Evaluates an expression by the API that Prometheus and its likes have.
 *
 * @throws {Error} with the server's own words when it refuses the expression.
 */
export async function queryAt(
  url: string,
  expr: string,
  atSeconds?: number,
): Promise<readonly QueriedSample[]> {
  const body = new URLSearchParams({ query: expr, ...(atSeconds !== undefined && { time: `${atSeconds}` }) });
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
  const { status, error, data } = (await response.json()) as Answer;
  if (status !== 'success' || data === undefined) throw new Error(`${error ?? response.status}: ${expr}`);
  if (data.resultType === 'scalar')
    return [{ metric: {}, value: numberOf(String((data.result as unknown as [number, string])[1])) }];
  return (data.result as { metric: Record<string, string>; value: [number, string] }[]).map(
    ({ metric, value }) => ({ metric, value: numberOf(value[1]) }),
  );
}

/**
 * Starts the real Prometheus on a free port of 127.0.0.1.
 *
 * @throws {Error} when it can be neither found nor installed, or refuses its configuration.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const file = findExecutable({ command: 'prometheus', debianPackage: 'prometheus' });
  const home = mkdtempSync(join(tmpdir(), 'fte-prometheus-'));
  const configFile = join(home, 'prometheus.yml');
  writeFileSync(configFile, options.config);
  const forget = () => rmSync(home, { recursive: true, force: true });
  try {
    const server = await startServerProcess({
      file,
      readyPath: '/-/ready',
      args: (port) => [
        `--config.file=${configFile}`,
        `--storage.tsdb.path=${options.data ?? join(home, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...(options.flags ?? []),
      ],
    });
    return {
      ...server,
      async close() {
        await server.close();
        forget();
      },
      query: (expr, atSeconds) => queryAt(server.url, expr, atSeconds),
    };
  } catch (error) {
    forget();
    throw error;
  }
}
