import { LOCAL_MAIL_TOKEN } from '../../local/environment.ts';
import {
  mail,
  meta,
  metaBody,
  mime,
  type Outgoing,
  sidOf,
  twilio,
  twilioForm,
} from '../../traffic/requests.ts';
import type { Identity } from './pii-identities.ts';

/** A request in the terms of a running service: a route, and what goes there. */
export interface Knock {
  readonly what: string;
  readonly route: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rawBody?: string;
  readonly operator?: boolean;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const of = (what: string, { method, endpoint, headers, body }: Outgoing): Knock => ({
  what,
  route: `${method} ${endpoint}`,
  headers,
  ...(body === undefined ? {} : { rawBody: body }),
});
const form = (what: string, body: unknown): Knock => ({
  what,
  route: 'POST /support/submit',
  headers: JSON_TYPE,
  rawBody: typeof body === 'string' ? body : JSON.stringify(body),
});

/** One that is taken in, by the channel that is this identity's. */
export function message(who: Identity, twilioUrl: string): Knock {
  const { n, name, email, phone, text } = who;
  const subject = `About me, ${name}, ${email}`;
  const sender = { name, address: phone };
  switch (n % 4) {
    case 0:
      return form('a form', { name, email, subject, message: text });
    case 1:
      return of('Twilio', twilio(twilioUrl, twilioForm(sender, text, sidOf(`${n}`))));
    case 2:
      // A wamid holds the number, in Base64.
      return of(
        'Meta',
        meta(metaBody(sender, text, `wamid.${Buffer.from(`HBgM${phone.slice(1)}${n}`).toString('base64')}`)),
      );
    default:
      return of(
        'a mail',
        mail(mime({ sender: { name, address: email }, subject, text, id: `${n}.${email.split('@')[0]}` })),
      );
  }
}

/** All that is refused, or asks for what there is not, with somebody's data in it. */
export function refused(who: Identity, twilioUrl: string): readonly Knock[] {
  const { n, name, email, phone, card, text } = who;
  const sender = { name, address: phone };
  const mailOf = mime({ sender: { name, address: email }, subject: name, text, id: `bad-${n}` });
  return [
    form('a form that lacks a field', { name, email, subject: 'x', message: text, [email]: phone }),
    form('a form of other types', { name: [name], email: { email }, subject: text, message: 7, phone }),
    form('a form with a wrong address', { name, email: `${email} ${phone}`, subject: name, message: text }),
    form('a form that is no JSON', `{"name": "${name}", "email": "${email}", ${text}`),
    form('a form that is a sentence', `${name} ${email} ${text}`),
    form('a form that is too large', JSON.stringify({ name, email, message: text.repeat(300) })),
    of('Twilio, a wrong signature', twilio(twilioUrl, twilioForm(sender, text, sidOf(`w${n}`)), 'wrong')),
    of('Twilio, without a signature', twilio(twilioUrl, twilioForm(sender, text, sidOf(`x${n}`)), null)),
    of('Twilio, without a sender', twilio(twilioUrl, { ...twilioForm(sender, text, sidOf(`y${n}`)), From: `${name} ${email}` })),
    of('Meta, a wrong signature', meta(metaBody(sender, text, `wamid.${n}`), 'another secret')),
    of('Meta, no JSON', meta(`{"entry": [{"changes": "${name}, ${text}`)),
    of('Meta, another shape', meta(JSON.stringify({ object: name, entry: [{ id: phone, changes: [{ field: email, value: text }] }] }))),
    of('a mail, a wrong token', mail(mailOf, `${email}-${card}`)),
    of('a mail of another type', mail(JSON.stringify({ name, email, text }), LOCAL_MAIL_TOKEN, 'application/json')),
    of('a mail that is none', mail(`${name}\n${email}\n${text}`)),
    of('a mail without a sender', mail(mailOf.replace(/^From:.*$/m, `From: ${name}`))),
    { what: 'a route that there is not', route: `GET /people/${encodeURIComponent(email)}/${phone}`, query: { name, card } },
    { what: 'a ticket that there is not', route: 'GET /support/ticket/{id}', params: { id: email } },
    { what: 'a rating of nothing', route: 'POST /support/ticket/{id}/feedback', params: { id: phone }, headers: JSON_TYPE, rawBody: JSON.stringify({ rating: 9, comment: text }) },
    { what: 'a look-up without a key', route: 'GET /customers/lookup', query: { email } },
    { what: 'a look-up of nobody', route: 'GET /customers/lookup', query: { email: `nobody-${email}`, phone }, operator: true },
  ]; // biome-ignore format: a table
}
