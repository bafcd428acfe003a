import * as z from 'zod/mini';
import { type Environment, readVariable, type Variable } from '../observability/config.ts';
import { ConfigError, ServiceError } from '../observability/errors.ts';

/** What stands in an error where a variable's value must not. */
export const SET = '[set]';
const KEY = /^[\x21-\x7e]{1,4096}$/;
/** A name, a path or an ARN, with `:version` or `:label` where one is meant. */
const PARAMETER = /^[\w./:-]{1,2048}$/;
const optionalText: Variable<string | undefined> = { schema: z.optional(z.string()), allowed: 'any text' };

/** Where a secret comes from. */
export type Secret =
  /** A function, so that a configuration that is printed does not show it. */
  | { readonly from: 'environment'; readonly reveal: () => string }
  /** The name of an SSM SecureString, and of the variable that gave it. */
  | { readonly from: 'parameter'; readonly parameter: string; readonly variable: string };

/**
 * Reads a secret's two variables: `name` itself, in local mode only, or `<name>_PARAMETER`, the name of an SSM
 * parameter. No error repeats what a variable holds: the wrong one may well hold the secret.
 *
 * @throws {ConfigError}
 */
export function readSecret(env: Environment, name: string): Secret | undefined {
  const variable = `${name}_PARAMETER`;
  const value = readVariable(env, name, optionalText);
  const parameter = readVariable(env, variable, optionalText);
  if (parameter !== undefined && !PARAMETER.test(parameter)) {
    throw new ConfigError(variable, SET, 'the name of an SSM parameter');
  }
  if (value === undefined)
    return parameter === undefined ? undefined : { from: 'parameter', parameter, variable };
  if (parameter !== undefined) throw new ConfigError(name, SET, `nothing while ${variable} is set`);
  if (env.FTE_STAGE !== 'local') {
    const allowed = `a key in local mode only; elsewhere ${variable} names the SSM parameter that holds it`;
    throw new ConfigError(name, SET, allowed);
  }
  if (!KEY.test(value)) throw new ConfigError(name, SET, 'a key: at most 4096 characters without spaces');
  return { from: 'environment', reveal: () => value };
}

/** A key that is fetched when it is first needed and kept until somebody says that it no longer opens the door. */
export interface SecretSource {
  /** @throws {ServiceError} when it can't be had; a failure is not kept. */
  get(): Promise<string>;
  /** The next `get` fetches it again: keys are replaced while instances live. */
  forget(): void;
  /** Fetches it again at once. What is held stays where that fails. */
  renew(): Promise<string>;
}

function unavailable(variable: string, reason: string): ServiceError {
  return new ServiceError({
    code: 'FTE_SECRET',
    type: 'config',
    status: 503,
    message: `The parameter that ${variable} names could not be used: ${reason}.`,
  });
}

/** Loaded with the first key: the playbook must not pay for a client that it never uses. */
async function fetchParameter({
  parameter,
  variable,
}: Extract<Secret, { from: 'parameter' }>): Promise<string> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient({
    maxAttempts: 2,
    // Without the last one the SDK only warns when the time is up.
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
  });
  try {
    const { Parameter } = await client.send(
      new GetParameterCommand({ Name: parameter, WithDecryption: true }),
    );
    // A line break at the end comes with most ways of storing a secret.
    const key = Parameter?.Value?.trim() ?? '';
    if (!/^[\x21-\x7e]+$/.test(key)) throw unavailable(variable, 'it holds no key');
    return key;
  } catch (error) {
    // The service's own sentence repeats the name, which might be a key put into the wrong variable.
    throw error instanceof ServiceError
      ? error
      : unavailable(variable, error instanceof Error ? error.name : 'an unknown error');
  } finally {
    client.destroy();
  }
}

/** Where a secret is had from. */
export function secretSource(secret: Secret): SecretSource {
  if (secret.from === 'environment') {
    const get = async () => secret.reveal();
    return { get, forget: () => undefined, renew: get };
  }
  let held: Promise<string> | undefined;
  return {
    get() {
      const fetching = held ?? fetchParameter(secret);
      held = fetching;
      fetching.catch(() => {
        if (held === fetching) held = undefined;
      });
      return fetching;
    },
    forget() {
      held = undefined;
    },
    async renew() {
      const fetched = await fetchParameter(secret);
      held = Promise.resolve(fetched);
      return fetched;
    },
  };
}

/** Anybody can send what the secret does not fit; so often it makes an instance ask SSM. */
const RENEW_EVERY_MS = 60_000;

/**
 * Makes a check of callers with a secret that may be replaced while the instance lives. What it refuses (a 403) is checked
 * once more with the secret as it is now, at most once a minute.
 *
 * @example const checked = withSecret(source); await checked((secret) => requireSignature(request, secret));
 */
export function withSecret(source: SecretSource, now: () => number = () => performance.now()) {
  let renewedAt = Number.NEGATIVE_INFINITY;
  return async function checked<T>(check: (secret: string) => T): Promise<T> {
    const held = await source.get();
    try {
      return check(held);
    } catch (error) {
      const refused = error instanceof ServiceError && error.status === 403;
      if (!refused || now() - renewedAt < RENEW_EVERY_MS) throw error;
      renewedAt = now();
      const current = await source.renew();
      if (current === held) throw error;
      return check(current);
    }
  };
}
