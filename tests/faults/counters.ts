import { CHANNELS } from '../../src/fte/vocabulary.ts';
import { readSamples, sampled } from '../running/exposition.ts';
import type { Deployment } from './deployment.ts';
import type { Stored } from './witness.ts';

/** A counter beside what really happened, which the database says. */
export interface CounterRow {
  readonly counter: string;
  readonly truth: number;
  readonly counted: number;
  /**
   * What processes that died may have taken with them, as they had counted and not yet pushed it; and writes that were done
   * without anybody being told, in all of their tries.
   */
  readonly mayBeLost: number;
  readonly right: boolean;
}

/** The functions that count it, once a message. */
type Counters = readonly string[];
const INTAKE: Counters = ['submit', 'followUp', 'twilio', 'meta', 'email', 'mailObject'];
const DELIVERY: Counters = ['deliver'];
const AGENT: Counters = ['agent'];

const PUSH_SECONDS = 60;

/**
 * Compares the fleet's totals with the truth. Exact is: never more than what happened, and less only by what died
 * before it was pushed, or was done without a word; whatever was repeated, late or lost on the way.
 */
export async function compareCounters(
  deployment: Pick<Deployment, 'instances' | 'request' | 'unknownWrites'>,
  all: readonly Stored[],
): Promise<readonly CounterRow[]> {
  const { instances, request, unknownWrites } = deployment;
  // What an instance could not push with its last invocation, it pushes with its next.
  await instances.pushAll({ Records: [] }, PUSH_SECONDS);
  const { status, body } = await request({ method: 'GET', path: '/metrics', headers: {}, body: undefined });
  // Without this, an answer that is none would look like a fleet that has counted nothing.
  if (status !== 200) throw new Error(`GET /metrics answered ${status} when all was well again: ${body}`);
  const samples = readSamples(body);
  const row = (
    name: string,
    labels: Readonly<Record<string, string>>,
    truth: number,
    by: Counters,
  ): CounterRow => {
    const counted = sampled(samples, name, labels) ?? 0;
    const mayBeLost = by.reduce((sum, key) => sum + instances.lost(key) + unknownWrites.of(key), 0);
    return {
      counter: `${name} ${Object.values(labels).join(' ')}`.trim(),
      truth,
      counted,
      mayBeLost,
      right: counted <= truth && truth - counted <= mayBeLost,
    };
  };
  const sizeOf = (is: (stored: Stored) => boolean) => all.filter(is).length;
  const tickets = new Map(all.flatMap(({ ticket }) => (ticket === undefined ? [] : [[ticket.id, ticket]])));
  const messages = { direction: 'inbound', status: 'success' };
  const replies = { direction: 'outbound', status: 'success' };
  const name = 'fte_customer_interactions_total';
  return [
    ...CHANNELS.flatMap((channel) => {
      const stored = sizeOf(({ message }) => message?.channel === channel);
      const sent = sizeOf(({ reply }) => reply?.channel === channel && reply.status === 'sent');
      return [
        row(name, { ...messages, channel }, stored, INTAKE),
        row(name, { ...replies, channel }, sent, DELIVERY),
      ];
    }),
    row(
      'fte_deliveries_in_doubt_total',
      {},
      sizeOf(({ reply }) => reply?.status === 'in_doubt'),
      DELIVERY,
    ),
    row('fte_ticket_operations_total', { operation: 'create', status: 'success' }, tickets.size, AGENT),
    row(
      'fte_escalations_total',
      {},
      [...tickets.values()].filter(({ escalation }) => escalation !== undefined).length,
      AGENT,
    ),
  ];
}
