import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../running/serverless-yml.ts';

const file = join(ROOT, 'tests/types/catalogue.ts');
const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);

function complaints(text: string): readonly ts.Diagnostic[] {
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  host.readFile = (name) => (name === file ? text : readFile(name));
  const program = ts.createProgram([file], options, host);
  return program.getSemanticDiagnostics(program.getSourceFile(file));
}

test('the compiler refuses what the catalogues do not have', () => {
  const text = readFileSync(file, 'utf8');
  // An expected error that does not come is an error itself.
  expect(complaints(text).map(({ messageText }) => messageText)).toEqual([]);
  const expected = text.match(/@ts-expect-error/g)?.length;
  expect(complaints(text.replaceAll('@ts-expect-error', '')).length).toBe(expected);
});
