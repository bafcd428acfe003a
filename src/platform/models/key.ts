import { ServiceError } from '../../observability/errors.ts';
import type { ModelKey } from './config.ts';

/** A key that is fetched when it is first needed and kept until somebody says that it no longer opens the door. */
export interface KeySource {
  /** @throws {ServiceError} when it can't be had; a failure is not kept. */
  get(): Promise<string>;
  /** The next `get` fetches it again: keys are replaced while instances live. */
  forget(): void;
}

function unavailable(reason: string): ServiceError {
  return new ServiceError({
    code: 'FTE_MODEL_KEY',
    type: 'config',
    status: 503,
    message: `The parameter that FTE_MODEL_API_KEY_PARAMETER names could not be used: ${reason}.`,
  });
}

/** Loaded with the first key: the playbook must not pay for a client that it never uses. */
async function fetchParameter(parameter: string): Promise<string> {
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
    if (!/^[\x21-\x7e]+$/.test(key)) throw unavailable('it holds no key');
    return key;
  } catch (error) {
    // The service's own sentence repeats the name, which might be a key put into the wrong variable.
    throw error instanceof ServiceError
      ? error
      : unavailable(error instanceof Error ? error.name : 'an unknown error');
  } finally {
    client.destroy();
  }
}

/** Where a configuration's key is had from. */
export function keySource(key: ModelKey): KeySource {
  if (key.from === 'environment') return { get: async () => key.reveal(), forget: () => undefined };
  let held: Promise<string> | undefined;
  return {
    get() {
      const fetching = held ?? fetchParameter(key.parameter);
      held = fetching;
      fetching.catch(() => {
        if (held === fetching) held = undefined;
      });
      return fetching;
    },
    forget() {
      held = undefined;
    },
  };
}
