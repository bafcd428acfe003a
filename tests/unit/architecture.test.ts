/** The house: which room may know which. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT } from '../running/serverless-yml.ts';

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');
/** What a file imports: packages by name, files from the project's root. */
function importsOf(file: string): string[] {
  return [...text(file).matchAll(/(?:from|import) ?\(?'([^']+)'/g)].map(([, target = '']) =>
    target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), target)) : target,
  );
}

const rooms: readonly [room: string, forbidden: readonly RegExp[]][] = [
  ['src/observability', [/^src\/(?!observability)/, /^handlers/, /^local/, /^@aws-sdk/]],
  [
    'src/fte',
    [/^src\/platform/, /^handlers/, /^local/, /^@aws-sdk/, /^prom-client/, /^node:(http|https|net)$/],
  ],
  ['src/platform', [/^handlers/, /^local/, /^prom-client/]],
  ['handlers', [/^local/, /^@aws-sdk/, /^prom-client/]],
];

test.each(rooms)('%s imports only what its room may know', (room, forbidden) => {
  const wrong = filesIn(room).flatMap((file) =>
    importsOf(file)
      .filter((target) => forbidden.some((pattern) => pattern.test(target)))
      .map((target) => `${file} → ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('one file knows prom-client, beside the declarations of its parts', () => {
  const knowing = [...filesIn('src'), ...filesIn('handlers'), ...filesIn('local')].filter((file) =>
    importsOf(file).some((target) => target.startsWith('prom-client')),
  );
  expect(knowing).toEqual(['src/observability/metrics.ts', 'src/observability/prom-client-parts.d.ts']);
});

test('no file of the product is longer than 250 lines', () => {
  const long = [...filesIn('src'), ...filesIn('handlers'), ...filesIn('local')]
    .map((file) => ({ file, lines: text(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > 250);
  expect(long).toEqual([]);
});

test('the test sees an arrow that points the wrong way', () => {
  expect(importsOf('handlers/submit.ts')).toContain('src/platform/service.ts');
});
