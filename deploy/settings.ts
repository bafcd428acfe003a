import * as z from 'zod/mini';
import { type Environment, oneOf, readVariable, type Variable } from '../src/observability/config.ts';
import { ConfigError } from '../src/observability/errors.ts';

export interface DeploySettings {
  /** `GET /metrics` is deployed; it wants an operator's key there. */
  readonly metricsRoute: boolean;
  /** One `fleet` at a time by Lambda itself. Off: the ledger's conditional write keeps order alone. */
  readonly reserveFleet: boolean;
  /** Where the functions reach a private gateway. */
  readonly vpc:
    | { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] }
    | undefined;
  /** Who hears of an alarm. */
  readonly alarmTopicArn: string | undefined;
  /** The customer-managed keys that the parameters are encrypted with; AWS's own key needs none. */
  readonly secretsKeyArns: readonly string[];
}

const onOff = (fallback: 'on' | 'off') => oneOf(['on', 'off'], fallback);

function listOf(pattern: RegExp, allowed: string): Variable<readonly string[]> {
  return {
    schema: z.pipe(
      z.optional(z.string()),
      z.transform((text, context) => {
        const parts = (text ?? '')
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '');
        if (!parts.every((part) => pattern.test(part)))
          context.issues.push({ code: 'custom', message: 'not in this list', input: text });
        return parts;
      }),
    ),
    allowed,
  };
}
const subnets = listOf(/^subnet-[0-9a-f]+$/, 'ids of subnets, with commas between them');
const securityGroups = listOf(/^sg-[0-9a-f]+$/, 'ids of security groups, with commas between them');
const keys = listOf(
  /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
  'ARNs of KMS keys, with commas between them',
);
const topic: Variable<string | undefined> = {
  schema: z.optional(z.string().check(z.regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/))),
  allowed: 'the ARN of an SNS topic, or nothing',
};

/**
 * What a deployment can be told beside the functions' own variables: FTE_METRICS_ROUTE, FTE_RESERVE_FLEET,
 * FTE_VPC_SUBNET_IDS with FTE_VPC_SECURITY_GROUP_IDS, FTE_ALARM_TOPIC_ARN, FTE_SECRETS_KEY_ARNS.
 *
 * @throws {ConfigError} for the first variable that can't be used.
 */
export function deploySettings(env: Environment = process.env): DeploySettings {
  const subnetIds = readVariable(env, 'FTE_VPC_SUBNET_IDS', subnets);
  const securityGroupIds = readVariable(env, 'FTE_VPC_SECURITY_GROUP_IDS', securityGroups);
  if ((subnetIds.length === 0) !== (securityGroupIds.length === 0)) {
    const half = subnetIds.length === 0 ? 'FTE_VPC_SUBNET_IDS' : 'FTE_VPC_SECURITY_GROUP_IDS';
    throw new ConfigError(half, undefined, 'the other half of subnets and security groups');
  }
  return {
    metricsRoute: readVariable(env, 'FTE_METRICS_ROUTE', onOff('off')) === 'on',
    reserveFleet: readVariable(env, 'FTE_RESERVE_FLEET', onOff('on')) === 'on',
    vpc: subnetIds.length === 0 ? undefined : { subnetIds, securityGroupIds },
    alarmTopicArn: readVariable(env, 'FTE_ALARM_TOPIC_ARN', topic),
    secretsKeyArns: readVariable(env, 'FTE_SECRETS_KEY_ARNS', keys),
  };
}
