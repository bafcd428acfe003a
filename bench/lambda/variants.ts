import { statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface Variant {
  readonly name: string;
  /** In `handlers/`. */
  readonly source: string;
  readonly env?: Readonly<Record<string, string>>;
}

export const VARIANTS: readonly Variant[] = [
  { name: 'bare', source: 'bare' },
  { name: 'middy', source: 'middy' },
  // The same once more: how far two equal things differ is the noise of this run.
  { name: 'middy again', source: 'middy' },
  { name: 'ours, after the response', source: 'ours' },
  { name: 'ours, at most every second', source: 'ours', env: { FTE_PUSH_POLICY: '1s' } },
  {
    name: 'ours, in line, at most every second',
    source: 'ours',
    env: { FTE_PUSH_POLICY: '1s', FTE_PUSH_MODE: 'inline' },
  },
  { name: 'ours, in line', source: 'ours', env: { FTE_PUSH_MODE: 'inline' } },
  { name: 'prom-client pushAdd', source: 'push-add' },
  { name: 'Powertools Logger + Metrics', source: 'powertools' },
  { name: 'OpenTelemetry, OTLP/HTTP', source: 'opentelemetry' },
];

const HERE = import.meta.dirname;

/** Bundles a handler as the deployment does; returns the bundle's size in KB. */
export async function bundle({ source }: Variant, folder: string): Promise<number> {
  const outfile = join(folder, `${source}.mjs`);
  await build({
    entryPoints: [join(HERE, 'handlers', `${source}.mjs`)],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: ['@aws-sdk/*'],
    nodePaths: [join(HERE, '..', '..', 'tests', 'artifact', 'node_modules')],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return statSync(outfile).size / 1000;
}
