import type { FunctionName } from '../src/fte/vocabulary.ts';
import { ConfigError } from '../src/observability/errors.ts';
import { apiAlarm, deadLetterAlarms, functionAlarms } from './alarms.ts';
import { PERMISSIONS } from './permissions.ts';
import { type DeploySettings, deploySettings } from './settings.ts';
import { statementsOf } from './statements.ts';

/** What this plugin uses of the Serverless Framework. */
interface FunctionDefinition {
  role?: string;
  reservedConcurrency?: number;
}
interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
export interface Serverless {
  readonly processedInput: { readonly commands: readonly string[] };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly service: {
    readonly service: string;
    readonly provider: {
      readonly stage: string;
      readonly environment: Readonly<Record<string, unknown>>;
      readonly s3: { readonly mail: { readonly name: string } };
      vpc?: DeploySettings['vpc'];
    };
    readonly functions: Record<string, FunctionDefinition>;
    readonly resources: { readonly Resources: Record<string, Resource> };
  };
}

const roleId = (functionKey: string) => `${functionKey[0]?.toUpperCase()}${functionKey.slice(1)}Role`;

/**
 * The Serverless plugin of deployments: a role of its own for each function, alarms, and what a deployment's variables
 * switch on or off. The framework itself knows one role for all functions, and no conditions.
 */
export default class Deployment {
  readonly hooks = {};

  constructor(serverless: Serverless) {
    // On a laptop there are no roles, and everything is switched on.
    if (serverless.processedInput.commands[0] === 'offline') return;
    try {
      prepare(serverless.service, deploySettings());
    } catch (error) {
      if (error instanceof ConfigError) throw new serverless.classes.Error(error.message, error.code);
      throw error;
    }
  }
}

function prepare(service: Serverless['service'], settings: DeploySettings): void {
  const { provider, functions } = service;
  // The functions take its name for a laptop, where `/metrics` wants no key and secrets may stand in the environment.
  if (provider.stage === 'local') throw new ConfigError('--stage', 'local', 'any other name on AWS');
  const { Resources } = service.resources;
  const nameOf = (functionKey: string) => `${service.service}-${provider.stage}-${functionKey}`;

  if (!settings.metricsRoute) delete functions.metrics;
  if (!settings.reserveFleet) delete functions.fleet?.reservedConcurrency;
  if (settings.vpc !== undefined) provider.vpc = settings.vpc;

  Object.assign(
    Resources,
    deadLetterAlarms(Resources, settings.alarmTopicArn),
    functionAlarms(nameOf, settings.alarmTopicArn),
    apiAlarm(settings.alarmTopicArn),
  );
  for (const [functionKey, definition] of Object.entries(functions)) {
    const permissions = PERMISSIONS[functionKey as FunctionName];
    definition.role = roleId(functionKey);
    Resources[definition.role] = {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
          ],
        },
        Policies: [
          {
            PolicyName: 'own',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: statementsOf(permissions, {
                functionName: nameOf(functionKey),
                environment: provider.environment,
                mailBucket: provider.s3.mail.name,
                settings,
              }),
            },
          },
        ],
      },
    };
  }
}
