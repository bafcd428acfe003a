import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..');
const KIB = 1024;

/** In KiB, minified: what a cold start has to read and parse. */
const LIMIT_KIB = 200;
/** A model's client and a parser of mails are large, whoever writes them; nobody waits for the fleet's merge. */
const LIMITS_KIB: Readonly<Record<string, number>> = {
  agent: 1_600,
  fleet: 210,
  email: 280,
  mailObject: 280,
};

interface Yml {
  readonly functions: Readonly<Record<string, { readonly handler: string }>>;
  readonly custom: { readonly esbuild: Pick<BuildOptions, 'target' | 'external' | 'banner'> };
}

export interface Bundle {
  readonly functionKey: string;
  readonly bytes: number;
  readonly limitBytes: number;
  /** What it is made of, the heaviest first: a package, or a folder of ours, and its bytes. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

function partOf(path: string): string {
  const names = path.split('/');
  if (names[0] !== 'node_modules') return names.slice(0, 2).join('/');
  return names.slice(1, names[1]?.startsWith('@') ? 3 : 2).join('/');
}

/** Bundles every function of `serverless.yml` with its own options, as the deployment does, and weighs it. */
export async function weighBundles(): Promise<readonly Bundle[]> {
  // Its tags and variables mean nothing here.
  const yml = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'silent' }) as Yml;
  const { target, external, banner } = yml.custom.esbuild;
  const options = {
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    write: false,
    metafile: true,
  } as const;
  return Promise.all(
    Object.entries(yml.functions).map(async ([functionKey, { handler }]) => {
      const { metafile } = await build({
        ...options,
        ...(target === undefined ? {} : { target }),
        ...(external === undefined ? {} : { external }),
        ...(banner === undefined ? {} : { banner }),
        absWorkingDir: ROOT,
        entryPoints: [handler.replace(/\.handler$/, '.ts')],
        outdir: 'out',
      });
      const [output] = Object.values(metafile.outputs);
      const parts = new Map<string, number>();
      for (const [path, { bytesInOutput }] of Object.entries(output?.inputs ?? {}))
        parts.set(partOf(path), (parts.get(partOf(path)) ?? 0) + bytesInOutput);
      return {
        functionKey,
        bytes: output?.bytes ?? 0,
        limitBytes: (LIMITS_KIB[functionKey] ?? LIMIT_KIB) * KIB,
        parts: [...parts].toSorted(([, a], [, b]) => b - a),
      };
    }),
  );
}
