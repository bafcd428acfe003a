import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { loadObservabilityConfig } from '../../src/observability/config.ts';
import { REDACTED } from '../../src/observability/redaction/mark.ts';
import { redact } from '../../src/observability/redaction/redact.ts';
import { ROOT } from '../running/serverless-yml.ts';

const guide = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
/** Where the blocks would lie: nothing is written there. */
const FOLDER = join(ROOT, 'examples', 'library-md');
const PACKAGE = 'customer-success-fte/observability';

/** The guide's blocks of TypeScript, by the file name in their first line. */
function blocks(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)^```$/gm)].map(([, name = '', code = '']) => [
      join(FOLDER, name),
      code.replaceAll(`'${PACKAGE}'`, "'../../src/observability/index.ts'"),
    ]),
  );
}

/** What the project's own compiler options say against files that exist only here. */
function compileErrors(files: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...others) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, version, ...others)
      : ts.createSourceFile(name, text, version);
  };
  // The blocks are of one folder that does not exist.
  host.directoryExists = (name) => name === FOLDER || ts.sys.directoryExists(name);
  const program = ts.createProgram([...files.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}

test('the code of the guide compiles, and wrong code would not', () => {
  const files = blocks(guide);
  expect(files.size).toBe(guide.match(/^```ts$/gm)?.length);
  expect(compileErrors(files)).toEqual([]);

  const wrong = new Map([
    ...files,
    [
      join(FOLDER, 'wrong.ts'),
      "import { metrics } from './telemetry.ts';\nmetrics.inc('shop_orders_total', { kind: 'old', region: 'eu' });",
    ],
  ]);
  expect(compileErrors(wrong)).toEqual([expect.stringContaining('"old"')]);
});

test('the guide imports the package by the name that package.json exports', () => {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    name: string;
    exports: Record<string, unknown>;
  };
  expect(Object.keys(exports).map((path) => path.replace('.', name))).toEqual([PACKAGE]);
});

test('the configuration table names every variable of the library, with its default', () => {
  const source = readFileSync(join(ROOT, 'src/observability/config.ts'), 'utf8');
  const rows = new Map(
    [...guide.matchAll(/^\| `([A-Z_]+)` \|.*\| ([^|]+) \|$/gm)].map(([, name, byDefault]) => [
      name,
      byDefault,
    ]),
  );
  const read = new Set([...source.matchAll(/readVariable\(env, '([A-Z_]+)'/g)].map(([, name]) => name));
  expect([...rows.keys()].sort()).toEqual([...read].sort());

  const { pushBudgetMs, logLevel, version, team } = loadObservabilityConfig({});
  expect(rows.get('FTE_PUSH_BUDGET_MS')).toBe(String(pushBudgetMs));
  expect(rows.get('LOG_LEVEL')).toBe(logLevel);
  expect(rows.get('FTE_VERSION')).toBe(version);
  expect(rows.get('FTE_TEAM')).toBe(team);
});

test('the keys that the guide calls redacted are', () => {
  const list = /Redacted whole, by key[\s\S]*?\(case/.exec(guide)?.[0] ?? '';
  const keys = [...list.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key);
  expect(keys.length).toBeGreaterThan(15);
  for (const key of keys) expect(redact({ [key]: 'x' })).toEqual({ [key]: REDACTED });
});
