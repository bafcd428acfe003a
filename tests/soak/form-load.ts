import { readSamples, type Sample, sampled } from '../running/exposition.ts';
import { questionOf, refundOf } from '../running/form.ts';
import { http } from '../running/local-mode.ts';
import { until } from '../running/until.ts';

export interface LoadOptions {
  readonly url: string;
  readonly messages: number;
  /** Messages a second. */
  readonly rate: number;
  /** Called with what is done so far. */
  readonly progress?: (done: { readonly sent: number; readonly answered: number }) => void;
  /** The lines of what left the house. */
  readonly outbox: () => readonly Readonly<Record<string, unknown>>[];
}

/** What the callers got back, and what the counters say of the same. */
export interface LoadReport {
  readonly accepted: number;
  /** Requests that got no 2xx, and were sent again with the same Idempotency-Key as a caller would. */
  readonly failedRequests: readonly string[];
  readonly answered: number;
  /** By how much `fte_errors_total` grew. */
  readonly errors: number;
  readonly escalated: number;
  /** Tickets with more than one reply in the outbox. */
  readonly answeredTwice: number;
  /** Seconds from the receipt of a message to its answer. */
  readonly responseSeconds: { readonly p50: number; readonly p95: number; readonly max: number };
  /** Metric, what it should have grown by, and by what it grew. */
  readonly counters: readonly {
    readonly metric: string;
    readonly expected: number;
    readonly counted: number;
  }[];
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
const web = { channel: 'web_form' };
/** One in ten goes to people. */
const ESCALATED_EVERY = 10;

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

const scrape = async (url: string) => readSamples((await http('GET', `${url}/metrics`)).text);

interface Sent {
  readonly id: string;
  readonly escalates: boolean;
  /** How often a request of this message was answered with 201; a repetition gets a 200. */
  readonly created: number;
}

const TRIES = 6;

/** Sends one form until it is accepted, as a careful caller does. */
async function sendOne(
  url: string,
  i: number,
  run: number,
  failed: (why: string) => void,
): Promise<Sent | undefined> {
  const escalates = i % ESCALATED_EVERY === ESCALATED_EVERY - 1;
  const form = { ...(escalates ? refundOf() : questionOf()), email: `soak-${run}-${i}@example.com` };
  const key = { 'idempotency-key': `soak-${run}-${i}` };
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const answer = await http('POST', `${url}/support/submit`, form, key).catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.json?.ticket_id !== undefined) {
      return { id: answer.json.ticket_id, escalates, created: answer.status === 201 ? 1 : 0 };
    }
    failed(
      answer instanceof Error
        ? String(answer.cause ?? answer)
        : `${answer.status} ${answer.text.slice(0, 300)}`,
    );
  }
  return undefined;
}

/** Sends at an even rate, whatever the answers take. */
async function sendAll(
  { url, messages, rate }: LoadOptions,
  done: (sent: Sent) => void,
  failed: (why: string) => void,
): Promise<void> {
  const [started, run] = [performance.now(), Date.now()];
  const requests: Promise<void>[] = [];
  for (let i = 0; i < messages; i++) {
    const wait = started + (i * 1000) / rate - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    requests.push(sendOne(url, i, run, failed).then((sent) => sent && done(sent)));
  }
  await Promise.all(requests);
}

/** Seconds from question to answer; undefined while there is none. */
async function responseTime(url: string, { id }: Sent): Promise<number | undefined> {
  const { json } = await http('GET', `${url}/support/ticket/${id}`);
  const [question, answer] = json.messages as { at: string }[];
  return question && answer && (Date.parse(answer.at) - Date.parse(question.at)) / 1000;
}

/** Puts a running employee under load with forms and compares what comes back with what the counters say. */
export async function loadWithForms(options: LoadOptions): Promise<LoadReport> {
  const { url, messages, progress, outbox } = options;
  const before = await until('the first fold', async () => {
    const samples = await scrape(url);
    return samples.length > 0 && samples;
  });
  const sent: Sent[] = [];
  const times = new Map<string, number>();
  const report = () => progress?.({ sent: sent.length, answered: times.size });

  const failedRequests: string[] = [];
  await sendAll(
    options,
    (one) => {
      sent.push(one);
      report();
    },
    (why) => failedRequests.push(why),
  );
  for (const one of sent) {
    const seconds = await until(`the answer to ${one.id}`, () => responseTime(url, one), 60);
    times.set(one.id, seconds);
    report();
  }

  const escalated = sent.filter(({ escalates }) => escalates).length;
  const expected: readonly (readonly [string, Readonly<Record<string, string>>, number])[] = [
    [
      'fte_http_requests_total',
      { endpoint: '/support/submit', status_code: '201' },
      sum(sent.map(({ created }) => created)),
    ],
    ['fte_customer_interactions_total', { ...web, direction: 'inbound', status: 'success' }, messages],
    ['fte_customer_interactions_total', { ...web, direction: 'outbound', status: 'success' }, messages],
    ['fte_customer_response_time_seconds_count', web, messages],
    ['fte_ticket_operations_total', { operation: 'create', status: 'success' }, messages],
    ['fte_escalations_total', { ...web, reason: 'refund_request' }, escalated],
    ['fte_agent_tool_calls_total', { tool_name: 'send_response', status: 'success' }, messages],
  ];
  const grown = (after: readonly Sample[]) =>
    expected.map(([metric, labels, by]) => ({
      metric: `${metric} ${Object.values(labels).join(' ')}`.trim(),
      expected: by,
      counted: (sampled(after, metric, labels) ?? 0) - (sampled(before, metric, labels) ?? 0),
    }));
  // The last deliveries' entries may still be on their way when the answer is read.
  let counters = grown(await scrape(url));
  await until(
    'the counters',
    async () => {
      counters = grown(await scrape(url));
      return counters.every((row) => row.counted >= row.expected);
    },
    60,
  ).catch(() => undefined);

  const errors =
    (sampled(await scrape(url), 'fte_errors_total') ?? 0) - (sampled(before, 'fte_errors_total') ?? 0);
  const ids = new Set(sent.map(({ id }) => id));
  const replies = outbox().filter(({ kind, ticket_id }) => kind === 'reply' && ids.has(String(ticket_id)));
  const perTicket = Map.groupBy(replies, ({ ticket_id }) => ticket_id);
  const sorted = [...times.values()].sort((a, b) => a - b);
  return {
    accepted: sent.length,
    failedRequests,
    answered: times.size,
    errors,
    escalated,
    answeredTwice: [...perTicket.values()].filter(({ length }) => length > 1).length,
    responseSeconds: {
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      max: sorted.at(-1) ?? Number.NaN,
    },
    counters,
  };
}
