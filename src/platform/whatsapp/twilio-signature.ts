import { createHmac } from 'node:crypto';
import { sameText } from './constant-time.ts';

/** Form parameters by their name, decoded; a name may be there several times. */
export type FormParameters = ReadonlyMap<string, readonly string[]>;

/** Reads an `application/x-www-form-urlencoded` body. Reads anything; what is broken does not match its signature. */
export function readForm(body: Buffer): FormParameters {
  const parameters = new Map<string, string[]>();
  // URLSearchParams drops one leading '?'; with this one, none of the body's.
  for (const [name, value] of new URLSearchParams(`?${body.toString('utf8')}`)) {
    const values = parameters.get(name);
    if (values === undefined) parameters.set(name, [value]);
    else values.push(value);
  }
  return parameters;
}

/** The URL without a port, and with its own or the scheme's: which one Twilio signs is not consistent. */
function spellings(url: string): ReadonlySet<string> {
  const [, scheme, authority, rest] = /^(https?:\/\/)([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined) return new Set([url]);
  const host = authority.replace(/:\d*$/, '');
  const port = /^https/i.test(scheme) ? 443 : 80;
  const withPort = host === authority ? `${host}:${port}` : authority;
  return new Set([`${scheme}${host}${rest}`, `${scheme}${withPort}${rest}`]);
}

/**
 * Twilio's signature of a form: HMAC-SHA1, in Base64, over the URL and every parameter's name and value, sorted by
 * name; of a repeated name, its different values, sorted.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security
 * https://github.com/twilio/twilio-node/blob/main/src/webhooks/webhooks.ts
 */
export function twilioSignature(authToken: string, url: string, parameters: FormParameters): string {
  const hmac = createHmac('sha1', authToken).update(url);
  for (const name of [...parameters.keys()].sort()) {
    for (const value of [...new Set(parameters.get(name))].sort()) hmac.update(name).update(value);
  }
  return hmac.digest('base64');
}

/**
 * Whether a request was signed with this token for this public URL, which may be signed with its port or without.
 * Never true for an empty token, with which anybody could sign.
 */
export function isSignedByTwilio(
  { authToken, url }: { readonly authToken: string; readonly url: string },
  parameters: FormParameters,
  signature: string | undefined,
): boolean {
  // All are compared, so that the time does not tell which spelling was nearer.
  const matches = [...spellings(url)].map((spelling) =>
    sameText(signature ?? '', twilioSignature(authToken, spelling, parameters)),
  );
  return authToken !== '' && signature !== undefined && matches.includes(true);
}
