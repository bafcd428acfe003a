import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Resources } from '../../local/resources.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

export interface FunctionDefinition {
  readonly handler: string;
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly events?: readonly {
    readonly httpApi?: string;
    readonly sqs?: {
      readonly arn: unknown;
      readonly batchSize?: number;
      readonly functionResponseType?: string;
    };
    readonly schedule?: string;
  }[];
  /** Where an event goes that nobody waits for and that failed for good. */
  readonly destinations?: { readonly onFailure?: { readonly type: string; readonly arn: unknown } };
}
export interface ServerlessYml {
  readonly provider: { readonly timeout: number; readonly environment: Readonly<Record<string, unknown>> };
  readonly functions: Readonly<Record<string, FunctionDefinition>>;
  readonly resources: { readonly Resources: Resources };
}

const cloudFormation = ['Ref', 'GetAtt', 'Sub'].map((name) => ({
  tag: `!${name}`,
  resolve: (value: string) =>
    name === 'Ref' ? { Ref: value } : { [`Fn::${name}`]: name === 'GetAtt' ? value.split('.') : value },
}));

/** The project's `serverless.yml`, with `${…, 'default'}` as its default and `${sls:stage}` as `local`. */
export function readServerlessYml(): ServerlessYml {
  const withFiles = readFileSync(join(ROOT, 'serverless.yml'), 'utf8').replaceAll(
    /^(\w+): \$\{file\((.+)\)\}$/gm,
    (_, key: string, file: string) =>
      `${key}:\n${readFileSync(join(ROOT, file), 'utf8').replaceAll(/^(?=.)/gm, '  ')}`,
  );
  const text = withFiles
    .replaceAll(/\$\{sls:stage\}/g, 'local')
    .replaceAll(/\$\{[a-z]+:[^,}]+(?:, ?[a-z]+:[^,}]+)*, ?'([^']*)'\}/gi, '$1');
  return parse(text, { customTags: cloudFormation }) as ServerlessYml;
}
