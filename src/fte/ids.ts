import { createHash, randomBytes } from 'node:crypto';
import type { Address } from './entities.ts';

/** 128 random bits: who holds a ticket's id may read the ticket, so nobody may guess one. */
export function newTicketId(): string {
  return `tkt_${randomBytes(16).toString('hex')}`;
}

const TICKET_ID = /^tkt_[0-9a-f]{32}$/;

/** Whether a caller's text can be a ticket's id at all. */
export function isTicketId(text: string): boolean {
  return TICKET_ID.test(text);
}

const CUSTOMER_ID = /^cus_[0-9a-f]{24}$/;

/** Whether a caller's text can be a customer's id at all. */
export function isCustomerId(text: string): boolean {
  return CUSTOMER_ID.test(text);
}

export function newId(prefix: 'cus' | 'rep' | 'msg'): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

/** The same id for the same parts: what is done twice finds what the first time left. */
export function derivedId(prefix: 'cnv' | 'rep', ...parts: readonly string[]): string {
  return `${prefix}_${digest(parts.join('\n')).slice(0, 24)}`;
}

/** The queue's group of a customer, without the address in it. */
export function groupOf(address: Address): string {
  return digest(`${address.kind}:${address.value}`).slice(0, 32);
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
