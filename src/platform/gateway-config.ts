import * as z from 'zod/mini';
import { type Environment, readVariable, type Variable } from '../observability/config.ts';
import { ConfigError } from '../observability/errors.ts';
import { readSecret, secretSource } from './secrets.ts';

const userName: Variable<string | undefined> = {
  schema: z.optional(z.string().check(z.regex(/^[!-9;-~]{1,256}$/))),
  allowed: 'a user name without colons or spaces',
};

/**
 * The Authorization header that the gateways want: a bearer token (FTE_GATEWAY_TOKEN_PARAMETER), or a user
 * (FTE_GATEWAY_USER) and a password (FTE_GATEWAY_PASSWORD_PARAMETER). Undefined where they let everybody in.
 *
 * @throws {ConfigError} for a half or a contradiction
 */
export function gatewayAuthorization(
  env: Environment = process.env,
): ((refused: boolean) => Promise<string>) | undefined {
  const user = readVariable(env, 'FTE_GATEWAY_USER', userName);
  const password = readSecret(env, 'FTE_GATEWAY_PASSWORD');
  const token = readSecret(env, 'FTE_GATEWAY_TOKEN');
  const half = user === undefined ? 'FTE_GATEWAY_USER' : 'FTE_GATEWAY_PASSWORD_PARAMETER';
  if ((user === undefined) !== (password === undefined))
    throw new ConfigError(half, undefined, 'the other half of a user and a password');
  if (token !== undefined && user !== undefined)
    throw new ConfigError('FTE_GATEWAY_USER', user, 'nothing while a gateway token is set');
  const secret = token ?? password;
  if (secret === undefined) return undefined;
  const source = secretSource(secret);
  return async function authorization(refused) {
    // It may have been replaced since it was fetched.
    if (refused) source.forget();
    const held = await source.get();
    return user === undefined
      ? `Bearer ${held}`
      : `Basic ${Buffer.from(`${user}:${held}`).toString('base64')}`;
  };
}
