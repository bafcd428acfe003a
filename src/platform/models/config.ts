import * as z from 'zod/mini';
import type { ModelPrices } from '../../fte/agent/usage.ts';
import {
  type Environment,
  isHttpUrl,
  oneOf,
  readVariable,
  type Variable,
  wholeNumber,
} from '../../observability/config.ts';
import { ConfigError } from '../../observability/errors.ts';

/** What stands in an error where a variable's value must not. */
const SET = '[set]';
const KEY = /^[\x21-\x7e]{1,4096}$/;
/** A name, a path or an ARN, with `:version` or `:label` where one is meant. */
const PARAMETER = /^[\w./:-]{1,2048}$/;

/** Where an endpoint's key comes from. */
export type ModelKey =
  /** A function, so that a configuration that is printed does not show it. */
  | { readonly from: 'environment'; readonly reveal: () => string }
  /** The name of an SSM SecureString. */
  | { readonly from: 'parameter'; readonly parameter: string };

interface Common {
  /** The name under which the model is asked for, and counted. */
  readonly name: string;
  /** US dollars per million tokens, by name. */
  readonly prices: ModelPrices;
  /** The most that one call may take, in milliseconds. */
  readonly timeoutMs: number;
}
export type ModelConfig =
  | (Common & { readonly provider: 'playbook' })
  | (Common & {
      readonly provider: 'openai_compatible';
      /** The base URL: `/chat/completions` comes after it. */
      readonly url: string;
      /** Endpoints of one's own often want none. */
      readonly key: ModelKey | undefined;
    })
  | (Common & { readonly provider: 'bedrock'; readonly region: string });

const provider = oneOf(['playbook', 'openai_compatible', 'bedrock'], 'playbook');
const name: Variable<string | undefined> = {
  schema: z.optional(z.string().check(z.regex(/^[\x21-\x7e]{1,256}$/))),
  allowed: "the model's name at its provider: at most 256 characters without spaces",
};
const optionalText: Variable<string | undefined> = { schema: z.optional(z.string()), allowed: 'any text' };
const price = z.strictObject({
  input: z.number().check(z.nonnegative()),
  output: z.number().check(z.nonnegative()),
});
const priceTable = z.record(z.string().check(z.minLength(1)), price);

const prices: Variable<ModelPrices> = {
  schema: z.pipe(
    z.optional(z.string()),
    z.transform((text, context): ModelPrices => {
      try {
        return text === undefined ? {} : priceTable.parse(JSON.parse(text));
      } catch {
        context.issues.push({ code: 'custom', message: 'not a price table', input: text });
        return {};
      }
    }),
  ),
  allowed: 'JSON as {"<model>": {"input": 0.15, "output": 0.6}}, in US dollars per million tokens',
};

/** A key may stand in a URL; what looks as if it held one is not repeated. */
function readUrl(env: Environment): string | undefined {
  const held = readVariable(env, 'FTE_MODEL_URL', optionalText);
  if (held === undefined) return undefined;
  if (!isHttpUrl(held) || /[@?#]/.test(held)) {
    const shown = /[@?#]/.test(held) ? SET : held;
    throw new ConfigError('FTE_MODEL_URL', shown, 'an http(s) URL without credentials, query and fragment');
  }
  return held.replace(/\/+$/, '');
}

/** Not one of these errors repeats what a variable holds: the wrong variable may well hold the key. */
function readKey(env: Environment): ModelKey | undefined {
  const value = readVariable(env, 'FTE_MODEL_API_KEY', optionalText);
  const parameter = readVariable(env, 'FTE_MODEL_API_KEY_PARAMETER', optionalText);
  if (parameter !== undefined && !PARAMETER.test(parameter)) {
    throw new ConfigError('FTE_MODEL_API_KEY_PARAMETER', SET, 'the name of an SSM parameter');
  }
  if (value === undefined) return parameter === undefined ? undefined : { from: 'parameter', parameter };
  if (parameter !== undefined) {
    throw new ConfigError('FTE_MODEL_API_KEY', SET, 'nothing while FTE_MODEL_API_KEY_PARAMETER is set');
  }
  if (env.FTE_STAGE !== 'local') {
    throw new ConfigError(
      'FTE_MODEL_API_KEY',
      SET,
      'a key in local mode only; elsewhere FTE_MODEL_API_KEY_PARAMETER names the SSM parameter that holds it',
    );
  }
  if (!KEY.test(value)) {
    throw new ConfigError('FTE_MODEL_API_KEY', SET, 'a key: at most 4096 characters without spaces');
  }
  return { from: 'environment', reveal: () => value };
}

function needed<T>(value: T | undefined, variable: string, allowed: string): T {
  if (value === undefined) throw new ConfigError(variable, undefined, allowed);
  return value;
}

/**
 * Which model answers: FTE_MODEL, FTE_MODEL_NAME, FTE_MODEL_URL, FTE_MODEL_API_KEY or FTE_MODEL_API_KEY_PARAMETER,
 * FTE_MODEL_PRICES, FTE_MODEL_TIMEOUT_MS; Amazon Bedrock is asked in AWS_REGION. What another model would need may be
 * set all the same, so that FTE_MODEL alone switches from one to another and back.
 *
 * @throws {ConfigError} for the first variable that can't be used; no error repeats a key.
 */
export function loadModelConfig(env: Environment = process.env): ModelConfig {
  const kind = readVariable(env, 'FTE_MODEL', provider);
  const given = readVariable(env, 'FTE_MODEL_NAME', name);
  const url = readUrl(env);
  const key = readKey(env);
  const limits = {
    prices: readVariable(env, 'FTE_MODEL_PRICES', prices),
    timeoutMs: readVariable(env, 'FTE_MODEL_TIMEOUT_MS', wholeNumber(100, 300_000, 20_000)),
  };
  if (kind === 'playbook') return { provider: kind, name: 'playbook', ...limits };

  const common = { name: needed(given, 'FTE_MODEL_NAME', name.allowed), ...limits };
  if (kind === 'openai_compatible') {
    const base = needed(url, 'FTE_MODEL_URL', 'the base URL of the endpoint, as http://localhost:11434/v1');
    return { provider: kind, ...common, url: base, key };
  }
  const region = readVariable(env, 'AWS_REGION', optionalText);
  return { provider: kind, ...common, region: needed(region, 'AWS_REGION', 'the region of Amazon Bedrock') };
}
