import type { CounterRow } from './counters.ts';
import type { Done, Outcome } from './drive.ts';
import { ROADS, type Road, type Step } from './plan.ts';
import type { Talk } from './talks.ts';

export interface RoadRow {
  readonly sent: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Taken and, as it should be, not answered: what machines write. */
  readonly passed_over: number;
  readonly failed: number;
  /** Messages, as are `accepted`. */
  readonly answered: number;
  /** Conversations. */
  readonly escalated: number;
  /** Seconds. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly max: number | undefined;
}

const ROAD_NAMES: Readonly<Record<Road, string>> = {
  form: 'form',
  twilio: 'WhatsApp, Twilio',
  meta: 'WhatsApp, Meta',
  email: 'e-mail',
};

function percentile(sorted: readonly number[], share: number): number | undefined {
  const found = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
  return found === undefined ? undefined : Math.round(found * 100) / 100;
}

/** Steps that are no messages. */
const ABOUT: ReadonlySet<Step['kind']> = new Set(['rating', 'status']);

/** What came back, by the way in. */
export function roadTable(done: readonly Done[], talks: readonly Talk[]): Readonly<Record<string, RoadRow>> {
  const rows = ROADS.map((road): [string, RoadRow] => {
    const here = done.filter((one) => one.road === road && !ABOUT.has(one.step.kind));
    const count = (...outcomes: readonly Outcome[]) =>
      here.filter(({ outcome }) => outcomes.includes(outcome)).length;
    const own = talks.filter((talk) => talk.road === road);
    const times = own.flatMap(({ told }) => told.flatMap(({ answeredAfter }) => answeredAfter ?? []));
    const sorted = times.sort((a, b) => a - b);
    return [
      ROAD_NAMES[road],
      {
        sent: here.length,
        accepted: count('accepted'),
        duplicates: count('duplicate'),
        rejected: count('rejected', 'limited'),
        passed_over: count('passed_over'),
        failed: count('failed'),
        answered: sorted.length,
        escalated: own.filter(({ status }) => status === 'escalated').length,
        p50: percentile(sorted, 0.5),
        p95: percentile(sorted, 0.95),
        max: percentile(sorted, 1),
      },
    ];
  });
  return Object.fromEntries(rows);
}

const RIGHT: Readonly<Record<Step['kind'], Outcome>> = {
  opening: 'accepted',
  follow_up: 'accepted',
  duplicate: 'duplicate',
  malformed: 'rejected',
  automatic: 'passed_over',
  rating: 'rated',
  status: 'told',
};

/** Answers that a caller would not expect to this request. */
function surprises(done: readonly Done[]): readonly string[] {
  return done.flatMap(({ road, step, outcome, exchange }) => {
    if (outcome === RIGHT[step.kind]) return [];
    const what = step.kind === 'malformed' ? `${step.kind} (${step.wrong.fault})` : step.kind;
    const answer = exchange.answer
      ? `${exchange.answer.status} ${exchange.answer.text.slice(0, 200)}`
      : exchange.failure;
    return [`${ROAD_NAMES[road]}: ${what} was ${outcome}: ${answer} (${exchange.correlationId})`];
  });
}

const who = ({ road, ticketId, sender }: Talk) => `${ROAD_NAMES[road]}, ${ticketId ?? sender.address}`;

/** All that is wrong; empty when the service did what it should. */
export function problems(given: {
  readonly done: readonly Done[];
  readonly talks: readonly Talk[];
  readonly misdirected: number;
  readonly counters: readonly CounterRow[];
}): readonly string[] {
  const { done, talks, misdirected, counters } = given;
  const lost = talks.flatMap((talk) =>
    talk.told
      .filter(({ answeredAfter }) => answeredAfter === undefined)
      .map(({ correlationId }) => `not answered: ${who(talk)} (${correlationId})`),
  );
  const twice = talks
    .filter(({ told, replies }) => replies > told.length)
    .map((talk) => `answered twice: ${who(talk)}: ${talk.replies} answers to ${talk.told.length} messages`);
  const differing = counters
    .filter(({ expected, counted }) => expected !== counted)
    .map(({ metric, expected, counted }) => `counter: ${metric} grew by ${counted}, not by ${expected}`);
  return [
    ...surprises(done),
    ...lost,
    ...twice,
    ...(misdirected > 0 ? [`${misdirected} answers went to an address that did not ask`] : []),
    ...differing,
  ];
}

/** Conversations whose first message the employee understood otherwise than its writer meant it. */
export function misunderstood(
  done: readonly Done[],
  log: readonly Readonly<Record<string, unknown>>[],
): readonly string[] {
  const turns = new Map(
    log.filter(({ message }) => message === 'turn handled').map((line) => [line.correlation_id, line]),
  );
  return done.flatMap(({ step, exchange }) => {
    const turn = turns.get(exchange.correlationId);
    if (step.kind !== 'opening' || step.opening.meant === 'any' || turn === undefined) return [];
    const became = typeof turn.escalation === 'string' ? turn.escalation : 'answer';
    const { meant, text } = step.opening;
    return became === meant ? [] : [`${JSON.stringify(text.slice(0, 90))} meant ${meant}, became ${became}`];
  });
}
