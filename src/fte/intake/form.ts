import * as z from 'zod/mini';
import type { Address, InboundMessage, Instant } from '../entities.ts';
import { digest, newId, newTicketId } from '../ids.ts';
import { parseIdempotencyKey, parseInput, text } from '../input.ts';
import { CATEGORIES, type Category, PRIORITIES, type Priority } from '../vocabulary.ts';

const stated = <T extends string>(values: readonly T[]) =>
  z.optional(z.enum(values.filter((value) => value !== 'unknown') as [T, ...T[]]));

/** `POST /support/submit`. Unknown fields are ignored. */
export const formSchema = z.object({
  name: text(2, 200),
  email: z.pipe(
    z.string('must be text').check(z.trim(), z.toLowerCase()),
    z.email('must be an e-mail address').check(z.maxLength(254, 'must have at most 254 characters')),
  ),
  subject: text(5, 200),
  message: text(10, 5000),
  category: stated(CATEGORIES),
  priority: stated(PRIORITIES),
});

/** `POST /support/ticket/{id}/messages`. */
export const followUpSchema = z.object({ message: text(1, 5000) });

export interface Delivery {
  /** The caller's own id of this request; a repetition with the same one is the same message. */
  readonly idempotencyKey: string | undefined;
  readonly receivedAt: Instant;
  readonly correlationId: string;
}

/** Ids travel through queues and outlive what they name, so that nothing of the caller's stands in them. */
export function formMessageId(scope: string, key: string | undefined): string {
  const idempotencyKey = parseIdempotencyKey(key, 'web_form');
  return `web_form#${idempotencyKey === undefined ? newId('msg') : digest(`${scope}\n${idempotencyKey}`)}`;
}

/**
 * A form's fields as a message.
 *
 * @throws a 422 that names the fields.
 */
export function formMessage(input: unknown, delivery: Delivery): InboundMessage {
  const form = parseInput(formSchema, input, 'web_form');
  return {
    // The key is the caller's; with the address it can't collide with, or reveal, somebody else's.
    id: formMessageId(form.email, delivery.idempotencyKey),
    channel: 'web_form',
    // Anybody can type an address into a form.
    from: { kind: 'email', value: form.email, verified: false },
    customerName: form.name,
    subject: form.subject,
    text: form.message,
    receivedAt: delivery.receivedAt,
    ticketId: newTicketId(),
    followUp: false,
    statedCategory: form.category as Category | undefined,
    statedPriority: form.priority as Priority | undefined,
    continues: undefined,
    thread: undefined,
    correlationId: delivery.correlationId,
    queued: false,
  };
}

/** A further message under a ticket's id. The id is the proof: who holds it wrote the first one, or was given it. */
export function followUpMessage(
  input: unknown,
  ticketId: string,
  from: Address,
  delivery: Delivery,
): InboundMessage {
  const { message } = parseInput(followUpSchema, input, 'web_form');
  return {
    id: formMessageId(ticketId, delivery.idempotencyKey),
    channel: 'web_form',
    from,
    customerName: undefined,
    subject: undefined,
    text: message,
    receivedAt: delivery.receivedAt,
    ticketId,
    followUp: true,
    statedCategory: undefined,
    statedPriority: undefined,
    continues: undefined,
    thread: undefined,
    correlationId: delivery.correlationId,
    queued: false,
  };
}
