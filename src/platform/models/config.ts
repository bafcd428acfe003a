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
import { readSecret, SET, type Secret } from '../secrets.ts';

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
      readonly key: Secret | undefined;
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
  const key = readSecret(env, 'FTE_MODEL_API_KEY');
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
