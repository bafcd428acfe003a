import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { ConfigError } from './errors.ts';
import type { PushPolicy } from './push/policy.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One variable: how it is read, and the words that tell a person what it may hold. */
export interface Variable<T> {
  readonly schema: z.ZodMiniType<T, string | undefined>;
  readonly allowed: string;
}

/**
 * Reads one variable; an empty one counts as unset.
 *
 * @throws {ConfigError} naming the variable, what it held and what it may hold.
 */
export function readVariable<T>(env: Environment, name: string, { schema, allowed }: Variable<T>): T {
  const held = env[name] === '' ? undefined : env[name];
  const result = schema.safeParse(held);
  if (!result.success) throw new ConfigError(name, held, allowed);
  return result.data;
}

/** A whole number within bounds, with a default. */
export function wholeNumber(min: number, max: number, fallback: number): Variable<number> {
  return {
    schema: z.pipe(
      z.optional(z.string().check(z.regex(/^\d{1,9}$/))),
      z.transform((text, context) => {
        const value = text === undefined ? fallback : Number(text);
        if (value < min || value > max)
          context.issues.push({ code: 'custom', message: 'out of range', input: text });
        return value;
      }),
    ),
    allowed: `a whole number from ${min} to ${max}`,
  };
}

/** One of a few words, with a default. */
export function oneOf<const W extends readonly [string, ...string[]]>(
  words: W,
  fallback: W[number],
): Variable<W[number]> {
  return {
    schema: z._default(z.optional(z.enum(words)), fallback) as unknown as Variable<W[number]>['schema'],
    allowed: words.join(', '),
  };
}

export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

const urlList: Variable<readonly string[]> = {
  schema: z.pipe(
    z.optional(z.string()),
    z.transform((text, context) => {
      const urls = (text ?? '')
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      if (!urls.every(isHttpUrl)) context.issues.push({ code: 'custom', message: 'not a URL', input: text });
      return urls.map((url) => url.replace(/\/+$/, ''));
    }),
  ),
  allowed: 'an http(s) URL, or several with commas between them',
};

/** A share of all, from 0 to 1. */
const share: Variable<number> = {
  schema: z.pipe(
    z.optional(z.string().check(z.regex(/^(?:0|1|0?\.\d{1,9}|1\.0{1,9})$/))),
    z.transform((text) => Number(text ?? '0')),
  ),
  allowed: 'a share from 0 to 1, as 0.01',
};

const optionalText: Variable<string | undefined> = { schema: z.optional(z.string()), allowed: 'any text' };

const pushPolicy: Variable<PushPolicy> = {
  schema: z.pipe(
    z.optional(z.string().check(z.regex(/^(every|adaptive|\d{1,3}s)$/))),
    z.transform((text): PushPolicy => {
      if (text === undefined || text === 'every') return 'every';
      return text === 'adaptive' ? 'adaptive' : { everyMs: Number(text.slice(0, -1)) * 1_000 };
    }),
  ),
  allowed: '"every" (invocation), "adaptive", or seconds as in "5s"',
};

/** A certificate in PEM, or the path of a file that holds it. */
const certificate: Variable<string | undefined> = {
  schema: z.pipe(
    z.optional(z.string()),
    z.transform((held, context) => {
      if (held === undefined || held.startsWith('-----BEGIN ')) return held;
      try {
        const pem = readFileSync(held, 'utf8');
        if (pem.includes('-----BEGIN ')) return pem;
      } catch {
        // Said below, as for a file that holds something else.
      }
      context.issues.push({ code: 'custom', message: 'no certificate', input: held });
      return undefined;
    }),
  ),
  allowed: 'a certificate in PEM, or the path of a file that holds one',
};

/** Whether pushes are done after the response, where somebody can hold the environment, or before it. */
export function readPushMode(env: Environment): 'after' | 'inline' {
  return readVariable(env, 'FTE_PUSH_MODE', oneOf(['after', 'inline'], 'after'));
}

export interface ObservabilityConfig {
  /** The gateways that instances push to; none switches the push off. */
  readonly gateways: readonly string[];
  /** Where the fleet's totals are published. Default: the first gateway. */
  readonly publishUrl: string | undefined;
  /** The most that a push may add to an invocation, in milliseconds. */
  readonly pushBudgetMs: number;
  /** When an instance pushes. */
  readonly pushPolicy: PushPolicy;
  /** The certificate of the authority that signed the gateways' own, in PEM. */
  readonly gatewayCa: string | undefined;
  /** How often Prometheus scrapes the totals, in seconds: for two such intervals a new series shows 0. */
  readonly scrapeIntervalS: number;
  /** From one pass of the fleet to the next within one invocation, in seconds. */
  readonly foldEveryS: number;
  readonly logLevel: string;
  /** The share of all chains of invocations whose debug lines are written. */
  readonly debugSample: number;
  readonly version: string;
  readonly team: string;
}

/**
 * The library's configuration: PUSHGATEWAY_URL, FTE_PUBLISH_URL, FTE_PUSH_BUDGET_MS, FTE_PUSH_POLICY, FTE_GATEWAY_CA,
 * FTE_SCRAPE_INTERVAL_S, FTE_FOLD_EVERY_S, LOG_LEVEL, FTE_DEBUG_SAMPLE, FTE_VERSION, FTE_TEAM.
 *
 * @throws {ConfigError} for the first variable that can't be used.
 */
export function loadObservabilityConfig(env: Environment = process.env): ObservabilityConfig {
  const gateways = readVariable(env, 'PUSHGATEWAY_URL', urlList);
  const publish = readVariable(env, 'FTE_PUBLISH_URL', { ...urlList, allowed: 'an http(s) URL' });
  if (publish.length > 1) throw new ConfigError('FTE_PUBLISH_URL', env.FTE_PUBLISH_URL, 'one http(s) URL');
  return {
    gateways,
    publishUrl: publish[0] ?? gateways[0],
    pushBudgetMs: readVariable(env, 'FTE_PUSH_BUDGET_MS', wholeNumber(1, 2_000, 150)),
    pushPolicy: readVariable(env, 'FTE_PUSH_POLICY', pushPolicy),
    gatewayCa: readVariable(env, 'FTE_GATEWAY_CA', certificate),
    scrapeIntervalS: readVariable(env, 'FTE_SCRAPE_INTERVAL_S', wholeNumber(1, 300, 15)),
    foldEveryS: readVariable(env, 'FTE_FOLD_EVERY_S', wholeNumber(1, 60, 15)),
    logLevel: readVariable(env, 'LOG_LEVEL', oneOf(['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT'], 'INFO')),
    debugSample: readVariable(env, 'FTE_DEBUG_SAMPLE', share),
    version: readVariable(env, 'FTE_VERSION', optionalText) ?? '0.0.0',
    team: readVariable(env, 'FTE_TEAM', optionalText) ?? 'unknown',
  };
}
