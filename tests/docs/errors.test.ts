import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSources } from '../../scripts/docs.ts';
import { ERROR_SEVERITY, type ErrorType } from '../../src/observability/errors.ts';
import { ROOT } from '../running/serverless-yml.ts';

const sources = readSources(['src', 'handlers']);
const documented = new Map(
  [
    ...readFileSync(join(ROOT, 'docs/errors.md'), 'utf8').matchAll(
      /^\| `(FTE_[A-Z0-9_]+)` \| (\d+) \| (\w+) \/ (\w+) \| (.+) \| (.+) \|$/gm,
    ),
  ].map(([, code = '', status, type, severity]) => [code, { status, type, severity }]),
);

/** Quoted names that are no variable of the environment: those are named where configuration is read. */
function codesOf(file: string, text: string): string[] {
  const pattern = /config/.test(file) ? /code: '(FTE_[A-Z0-9_]+)'/g : /'(FTE_[A-Z0-9_]+)'/g;
  return [...text.matchAll(pattern)].map(([, code = '']) => code);
}
const used = new Set([...sources].flatMap(([file, text]) => codesOf(file, text)));

test('the sources are read: literals of both kinds are found', () => {
  expect(used).toContain('FTE_TICKET_NOT_FOUND');
  expect(used).toContain('FTE_BODY_EMPTY');
  expect(codesOf('src/x/config.ts', "read('FTE_TABLE'); code: 'FTE_CONFIG'")).toEqual(['FTE_CONFIG']);
});

test('docs/errors.md has every code of the sources, and no other', () => {
  expect([...documented.keys()].toSorted()).toEqual([...used].toSorted());
});

test('status and type are those of the sources, and the severity follows', () => {
  const defined = [...sources.values()].flatMap((text) => [
    ...text.matchAll(/code: '(FTE_[A-Z0-9_]+)',\s*type: '(\w+)',\s*status: (\d+)/g),
  ]);
  expect(defined.length).toBeGreaterThan(20);
  for (const [, code = '', type, status] of defined) {
    expect({ code, ...documented.get(code) }).toEqual({
      code,
      status,
      type,
      severity: ERROR_SEVERITY[type as ErrorType],
    });
  }
});
