import { PERMISSIONS } from '../../deploy/permissions.ts';
import { deploySettings } from '../../deploy/settings.ts';
import { statementsOf, type Value } from '../../deploy/statements.ts';
import { kebab } from '../../local/resources.ts';
import type { FunctionName } from '../../src/fte/vocabulary.ts';
import type { AwsCall } from './aws-calls.ts';
import { readServerlessYml } from './serverless-yml.ts';

/** One action on one resource that a role allows, in the words of an `AwsCall`; `*` stands for anything. */
export type Grant = Omit<AwsCall, 'by'>;

const { Resources } = readServerlessYml().resources;

function resourceOf(value: Value): string {
  if (typeof value === 'string') return value;
  const getAtt = value['Fn::GetAtt'];
  if (Array.isArray(getAtt)) {
    const id = String(getAtt[0]);
    const isFifo = Resources[id]?.Properties?.FifoQueue === true;
    return `${kebab(id)}${isFifo ? '.fifo' : ''}`;
  }
  return String(value['Fn::Sub'])
    .replace(/\$\{(\w+)\.Arn\}/, (_, id: string) => kebab(id))
    .replace(/^arn:.*:(?:parameter|identity)?/, '');
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^$()[\]{}|\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

/** The roles that a deployment with this environment makes. */
export function rolesOf(environment: Readonly<Record<string, string | undefined>>, mailBucket: string) {
  const grants = (functionKey: string): readonly Grant[] =>
    statementsOf(PERMISSIONS[functionKey as FunctionName], {
      functionName: functionKey,
      environment,
      mailBucket,
      settings: deploySettings({}),
    }).flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((value) => ({ action, resource: resourceOf(value) }))),
    );
  return {
    grants,
    allow: ({ by, action, resource }: AwsCall): boolean =>
      grants(by).some(
        (grant) => grant.action === action && (resource === '' || matches(grant.resource, resource)),
      ),
  };
}
