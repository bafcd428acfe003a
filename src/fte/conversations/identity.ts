import { normalisePhone } from '../channels/whatsapp.ts';
import type { Address, Customer, InboundMessage, Instant } from '../entities.ts';
import type { CustomerPort } from '../ports.ts';

/** At most so many addresses are read out of one message. */
const MOST_CLAIMS = 5;
const EMAIL = /[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/gi;
const PHONE = /(?:\+|\b00)\d(?:[ ().-]{0,2}\d){6,14}\b/g;

/** The other addresses that a customer says are their own: numbers in a mail, mail addresses on WhatsApp. */
export function claimedBy({ channel, text }: Pick<InboundMessage, 'channel' | 'text'>): readonly Address[] {
  const emails = channel === 'whatsapp' ? (text.match(EMAIL) ?? []) : [];
  const phones = channel === 'email' ? (text.match(PHONE) ?? []) : [];
  const claims = [
    ...emails.map((value) => ({ kind: 'email', value: value.toLowerCase(), verified: false }) as const),
    ...phones.flatMap((found) => {
      const value = normalisePhone(found);
      return value === undefined ? [] : [{ kind: 'whatsapp', value, verified: false } as const];
    }),
  ];
  return claims.slice(0, MOST_CLAIMS);
}

/**
 * The customer who wrote. Two proven addresses become one customer when each has named the other: whoever can write
 * from both is the same person, while a name alone would let anybody into anybody's record. Mail is primary.
 */
export async function identify(
  message: InboundMessage,
  at: Instant,
  { customers }: { readonly customers: CustomerPort },
): Promise<{
  readonly customer: Customer;
  readonly result: 'matched' | 'created' | 'cross_channel' | 'ambiguous';
}> {
  const { from } = message;
  const { customer, created } = await customers.resolve(from, message.customerName, at);
  const own = { customer, result: created ? 'created' : 'matched' } as const;
  if (!from.verified) return own;
  let ambiguous = false;
  await customers.prove(from);
  for (const claim of claimedBy(message)) {
    await customers.claim(from, claim);
    if (!(await customers.hasClaimed(claim, from))) continue;
    const linked = await customers.link(
      from.kind === 'email' ? from : claim,
      from.kind === 'email' ? claim : from,
    );
    if (linked !== 'taken') return { customer: linked, result: 'cross_channel' };
    ambiguous = true;
  }
  return ambiguous ? { customer, result: 'ambiguous' } : own;
}
