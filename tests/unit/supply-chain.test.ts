/** What is installed is what was looked at: pinned, with hashes, under licences that are allowed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { exitCodeOf, NOT_CHECKED, readAudit } from '../../scripts/audit.ts';
import { isAllowed, licencesDoc, licencesOfProject, packagesOf } from '../../scripts/licences.ts';
import { ROOT } from '../running/serverless-yml.ts';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const LOCKFILES = [
  'package-lock.json',
  'tests/artifact/package-lock.json',
  'monitoring/grafana/preview/package-lock.json',
];

interface Entry {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

test.each(LOCKFILES)('%s: every package has a hash, and none comes from elsewhere than the registry', (file) => {
  const { lockfileVersion, packages } = JSON.parse(read(file)) as { lockfileVersion: number; packages: Record<string, Entry> };
  expect(lockfileVersion).toBe(3);
  for (const [path, { integrity, resolved }] of Object.entries(packages)) {
    if (path === '') continue;
    expect({ path, integrity }).toEqual({ path, integrity: expect.stringMatching(/^sha(?:512|384|256)-|^sha1-/) });
    expect({ path, from: resolved ?? 'https://registry.npmjs.org/' }).toEqual({ path, from: expect.stringMatching(/^https:\/\/registry\.npmjs\.org\//) });
  }
}); // biome-ignore format: one line

test('what package.json names is pinned, and install scripts are denied', () => {
  const { dependencies, devDependencies, allowScripts } = JSON.parse(read('package.json')) as Record<string, Record<string, unknown>>;
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    expect({ name, version }).toEqual({ name, version: expect.stringMatching(/^(?:npm:[\w-]+@)?\d+\.\d+\.\d+$/) });
  expect(new Set(Object.values(allowScripts ?? {}))).toEqual(new Set([false]));
}); // biome-ignore format: one line

test('images are pinned to a version; none is the latest', () => {
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, { image: string }> };
  for (const [name, { image }] of Object.entries(services))
    expect({ name, image }).toEqual({ name, image: expect.stringMatching(/:v?\d+\.\d+\.\d+(?:@sha256:[0-9a-f]{64})?$/) });
}); // biome-ignore format: one line

describe('licences', () => {
  test('docs/licences.md is up to date (else: npm run licences), and every licence is allowed', () => {
    const { wanted, refused } = licencesOfProject();
    expect(refused).toEqual([]);
    expect(read('docs/licences.md')).toBe(wanted);
  });

  test.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-or-later)', true],
    ['Apache-2.0 AND MIT', true],
    ['(MIT AND Zlib)', true],
    ['GPL-3.0-only', false],
    ['AGPL-3.0-or-later', false],
    ['MIT AND GPL-2.0', false],
    ['(MIT OR (GPL-2.0 AND X))', false],
    ['UNLICENSED', false],
    ['SEE LICENSE IN LICENSE', false],
    ['none stated', false],
  ])('%s: allowed %s', (licence, allowed) => expect(isAllowed(licence)).toBe(allowed));

  test('a package under a denied one, or under none, is named', () => {
    const lockfile = {
      packages: {
        '': {},
        'node_modules/good': { version: '1.0.0', license: 'MIT' },
        'node_modules/@a/bad': { version: '2.0.0', license: 'GPL-3.0-only', dev: true },
        'node_modules/good/node_modules/silent': { version: '3.0.0' },
      },
    };
    expect(packagesOf(lockfile).map(({ name }) => name)).toEqual(['@a/bad', 'good', 'silent']);
    expect(licencesDoc(lockfile).refused.map(({ name }) => name)).toEqual(['@a/bad', 'silent']);
  });
});

describe('the audit', () => {
  const answer = (counts: Record<string, number>) =>
    JSON.stringify({ metadata: { vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0, ...counts } } });

  test.each([
    ['nothing known', [answer({})], 0],
    ['below the level', [answer({ moderate: 3 })], 0],
    ['of the level', [answer({ high: 1 })], 1],
    ['above it', [answer({ critical: 1 })], 1],
    ['a registry that has no audit', ['{"message":"405 Method Not Allowed","method":"POST"}'], NOT_CHECKED],
    ['no answer', [''], NOT_CHECKED],
    ['no counts', ['{"metadata":{}}'], NOT_CHECKED],
    ['one of two not answered', [answer({}), '{}'], NOT_CHECKED],
    ['one found, one not answered', [answer({ high: 1 }), '{}'], 1],
  ])('%s: exit code %#', (_, answers, code) => {
    expect(exitCodeOf(answers.map(readAudit), 'high')).toBe(code);
  });
}); // biome-ignore format: one line
