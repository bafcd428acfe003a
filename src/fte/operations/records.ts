import * as z from 'zod/mini';
import { normalisePhone } from '../channels/whatsapp.ts';
import type { Address, Instant } from '../entities.ts';
import { invalidInput, notFound } from '../errors.ts';
import { parseInput } from '../input.ts';
import type { ConversationPort, CustomerPort } from '../ports.ts';
import { CHANNELS } from '../vocabulary.ts';

export interface RecordsPorts {
  readonly customers: CustomerPort;
  readonly conversations: ConversationPort;
  readonly now: () => Instant;
}

const DAY_MS = 86_400_000;
const CONVERSATIONS = 20;
const CONVERSATION_ID = /^cnv_[0-9a-f]{24}$/;
const iso = (at: Instant | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

const querySchema = z.object({
  // It becomes a key of the table, which takes 2048 bytes.
  email: z.optional(
    z.email('must be an e-mail address').check(z.maxLength(254, 'must have at most 254 characters')),
  ),
  phone: z.optional(
    z
      .string()
      .check(
        z.refine(
          (text) => normalisePhone(text) !== undefined,
          'must be a phone number with its country code',
        ),
      ),
  ),
});

/** The addresses that a query asks for: a phone number may be one of WhatsApp, too. */
function addressesOf(query: Readonly<Record<string, string>>): readonly Pick<Address, 'kind' | 'value'>[] {
  const { email, phone } = parseInput(querySchema, query, 'api');
  if ((email === undefined) === (phone === undefined)) {
    throw invalidInput([{ field: 'email', reason: 'either email or phone must be given' }], 'api');
  }
  if (email !== undefined) return [{ kind: 'email', value: email.toLowerCase() }];
  const value = normalisePhone(phone ?? '') ?? '';
  return [
    { kind: 'whatsapp', value },
    { kind: 'phone', value },
  ];
}

/** What people look up: a conversation, a customer, the day by channel. Times are ISO 8601. */
export function createRecords({ customers, conversations, now }: RecordsPorts) {
  return {
    /** @throws a 404. */
    async conversation(id: string) {
      const found = CONVERSATION_ID.test(id) ? await conversations.get(id) : undefined;
      if (found === undefined) throw notFound('conversation');
      const entries = await conversations.entries(id);
      return {
        conversation_id: found.id,
        customer_id: found.customerId,
        ticket_id: found.ticketId,
        channel: found.channel,
        started_at: iso(found.startedAt),
        last_message_at: iso(found.lastMessageAt),
        escalated_at: iso(found.escalatedAt),
        messages: entries.map(({ from, channel, text, at, delivered }) => ({
          from,
          channel,
          text,
          at: iso(at),
          delivered,
        })),
      };
    },

    /** @throws a 404 or a 422. */
    async customer(query: Readonly<Record<string, string>>) {
      const found = await Promise.all(addressesOf(query).map(customers.find));
      const customer = found.find((one) => one !== undefined);
      if (customer === undefined) throw notFound('customer');
      return {
        customer_id: customer.id,
        name: customer.name,
        created_at: iso(customer.createdAt),
        conversation_ids: await customers.conversationsOf(customer.id, CONVERSATIONS),
      };
    },

    /** The last 24 hours: conversations, their mean sentiment (0 angry to 1 happy; null without one), and escalations. */
    async channels() {
      const since = now() - DAY_MS;
      const all = await conversations.between(since, now());
      const rows = CHANNELS.map((channel) => {
        const own = all.filter((one) => one.channel === channel);
        const turns = own.reduce((total, one) => total + one.sentiment.turns, 0);
        const sum = own.reduce((total, one) => total + one.sentiment.sum, 0);
        const row = {
          conversations: own.length,
          average_sentiment: turns === 0 ? null : Math.round((sum / turns) * 1000) / 1000,
          escalations: own.filter((one) => (one.escalatedAt ?? 0) > since).length,
        };
        return [channel, row] as const;
      });
      return { since: iso(since), channels: Object.fromEntries(rows) };
    },
  };
}
