// biome-ignore-all format: tables read better a row a line
import { type Case, casesOf, fte, type Series } from './case.ts';

/** Minutes, of three days'. */
const STEP = 15;
const DAY = 1440;
const THREE_HOURS = 180;
/** What is escalated falls at the end of the second day. */
const FALL = 2 * DAY;

/** So many in each step, for so many steps, one phase after the other. */
type Phases = readonly (readonly [steps: number, perStep: number])[];

function counted(phases: Phases): string {
  let total = 0;
  const values = phases.flatMap(([steps, perStep]) =>
    Array.from({ length: steps }, () => {
      total += perStep;
      return Number(total.toFixed(6));
    }),
  );
  return `0 ${values.join(' ')}`;
}

const ticket = (values: string, labels: Record<string, string> = {}) =>
  fte('fte_ticket_operations_total', { operation: 'create', category: 'general', priority: 'low', status: 'success', ...labels }, values);
const others = counted([[240, 500]]);
const moreTickets = [ticket(others, { operation: 'update' }), ticket(others, { status: 'failure' })];

/**
 * On the first day half of the tickets are escalated. On the second 1920 tickets and 480 escalations, a quarter,
 * unevenly: most of both in its first three hours, so that a window that is too long, too short or in the wrong
 * place sees another share. Then 20 tickets a step, of which sixty escalations in three hours are to be expected. The
 * second day's first step is like those after it at the edge: it leaves the window of a day when the first of them enters.
 */
function days({ after, tickets = 20 }: { readonly after: number; readonly tickets?: number }): readonly Series[] {
  return [
    ticket(counted([[96, 10], [1, 20], [11, 44], [1, 36], [35, 12], [48, 20], [24, tickets]])),
    fte('fte_escalations_total', { reason: 'profanity', channel: 'email' }, counted([[96, 5], [1, 1], [11, 10], [1, 9], [35, 0], [48, 7.5], [24, after]])),
    ...moreTickets,
  ];
}

const dropped = casesOf('EscalationsDropped', undefined, STEP);
const AT = FALL + THREE_HOURS + STEP;

export const dropCases: readonly Case[] = [
  dropped.fires('just under a fifth of what is expected', days({ after: 0.95 }), AT),
  dropped.silent('just over a fifth', days({ after: 1.05 }), AT),
  dropped.edge('a fifth of what is expected', days({ after: 1 }), AT),
  dropped.silent('half as many', days({ after: 2.5 }), AT),
  dropped.fires('none where ten are expected', days({ after: 0, tickets: 40 / 12 }), AT),
  dropped.silent('none where hardly ten are expected', days({ after: 0, tickets: 39.2 / 12 }), AT),
];
