import { inspect } from 'node:util';
import { seeded } from '../../traffic/random.ts';
import { startOpenAiServer } from '../running/openai-server.ts';
import { type Answer, type RunningService, startService } from '../running/service.ts';
import { sqsRecord } from '../running/small-service.ts';
import { until } from '../running/until.ts';
import { KEYS } from '../running/whatsapp-provider.ts';
import { type Identity, identities, PARTS, type Part } from './pii-identities.ts';
import { count, type Faults, startTroubledProviders, troubledModel } from './pii-providers.ts';
import { type Knock, message, refused } from './pii-requests.ts';
import { Search, type Searched, searchAll } from './pii-search.ts';

export interface PiiOptions {
  readonly identities: number;
  readonly seed: number;
  readonly progress?: (done: { readonly sent: number; readonly waiting: number | undefined }) => void;
}

export interface PiiReport {
  readonly searched: readonly Searched[];
  /** The same search over what was sent: by part, how many identities it finds there. All, or it is no search. */
  readonly control: Readonly<Record<Part, number>>;
  /** Requests by what they were, with the statuses that came back. */
  readonly requests: ReadonlyMap<string, ReadonlyMap<number, number>>;
  readonly faults: ReadonlyMap<string, number>;
  /** Log lines by level. */
  readonly levels: ReadonlyMap<string, number>;
  readonly replies: number;
}

const AT_ONCE = 12;
/** Twice this is more than the visibility time-out, five receives and the model's patience take for one message. */
const SETTLE_SECONDS = 900;
const TWILIO_URL = 'https://fte.example/webhooks/twilio';
/** The parts of a run that every tenth identity gets on top: what no customer sends, but a fault may. */
const EVERY = 10;

/** Takes all that the process writes. */
function recordOutput() {
  const chunks: string[] = [];
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const stream of streams) {
    stream.write = ((chunk: string | Uint8Array, ...others: unknown[]) => {
      chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
      const done = others.find((one) => typeof one === 'function') as (() => void) | undefined;
      if (done !== undefined) process.nextTick(done);
      return true;
    }) as typeof stream.write;
  }
  return {
    lines: () =>
      chunks
        .join('')
        .split('\n')
        .filter((line) => line !== ''),
    restore() {
      for (const [i, stream] of streams.entries()) Object.assign(stream, { write: writes[i] });
    },
  };
}

/** Whether the queues have nothing left to hand out. */
async function waiting(): Promise<number> {
  const { connect } = await import('../../src/platform/service.ts');
  const { queue } = connect();
  const sizes = await Promise.all(
    (['incoming', 'outbound', 'escalations'] as const).map((name) => queue.size(name)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

class Run {
  readonly sent: string[] = [];
  readonly refusals: string[] = [];
  readonly thrown: string[] = [];
  readonly requests = new Map<string, Map<number, number>>();
  readonly #service: RunningService;
  readonly #faults: Faults;

  constructor(service: RunningService, faults: Faults) {
    this.#service = service;
    this.#faults = faults;
  }

  async send({ what, route, params = {}, ...call }: Knock): Promise<Answer> {
    this.sent.push(JSON.stringify([route, params, call]));
    const answer = await this.#service.request(route, params, call);
    const statuses = this.requests.get(what) ?? new Map<number, number>();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    this.requests.set(what, statuses);
    if (answer.status >= 400) this.refusals.push(`${JSON.stringify(answer.headers)} ${answer.text}`);
    return answer;
  }

  /** What a function throws is printed by Lambda, as this prints it. */
  async invoke(functionKey: string, event: unknown): Promise<void> {
    this.sent.push(JSON.stringify(event));
    await this.#service
      .invoke(functionKey, event)
      .catch((error: unknown) => this.thrown.push(inspect(error, { depth: 10 })));
  }

  /** Everything that one person does, and what goes wrong with it. */
  async play(who: Identity): Promise<void> {
    const taken = await this.send(message(who, TWILIO_URL));
    const bad = refused(who, TWILIO_URL);
    for (const at of [who.n, who.n * 7 + 3])
      await this.send(bad[at % bad.length] ?? message(who, TWILIO_URL));
    const id: unknown = taken.json?.ticket_id;
    if (typeof id === 'string') await this.#goOn(who, id);
    if (who.n % EVERY === 0) await this.#misfire(who);
  }

  async #goOn({ text, name }: Identity, id: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const post = (what: string, route: string, body: unknown) =>
      this.send({ what, route, params: { id }, headers, rawBody: JSON.stringify(body) });
    await post('a follow-up', 'POST /support/ticket/{id}/messages', { message: text });
    await post('a rating', 'POST /support/ticket/{id}/feedback', { rating: 1, comment: `${name}: ${text}` });
  }

  async #misfire({ n, name, email, phone, text }: Identity): Promise<void> {
    const broken = (functionKey: string, event: unknown, fault: string) => {
      count(this.#faults, fault);
      return this.invoke(functionKey, event);
    };
    const records = (body: string) => ({ Records: [sqsRecord(`q-${n}`, body, 'g', `queue-${n}`)] });
    await broken('agent', records(`{"name": "${name}", ${text}`), 'queue: a message that is no JSON');
    await broken('deliver', records(JSON.stringify({ [email]: text })), 'queue: a message of another shape');
    await broken(
      'notify',
      records(JSON.stringify({ kind: 'escalated', ticketId: 'tkt_1', text })),
      'queue: news with all of it',
    );
    const object = { bucket: { name: 'mail' }, object: { key: `${email}/${phone}`, size: 10 } };
    await broken('mailObject', { Records: [{ [email]: text }] }, 'S3: a record of another shape');
    await broken('mailObject', { Records: [{ s3: object }] }, 'S3: an object that is not there');
    await broken(
      'mailObject',
      { Records: [{ s3: { ...object, object: { key: '%', size: 1 } } }] },
      'S3: a key that is none',
    );
  }
}

/** Plants identities through every channel, lets everything fail, and looks for them in what the service writes and says. */
export async function runPii({ identities: howMany, seed, progress }: PiiOptions): Promise<PiiReport> {
  const random = seeded(seed);
  const faults: Faults = new Map();
  const planted = identities(howMany, seed);
  const output = recordOutput();
  const providers = await startTroubledProviders(random, faults);
  const model = await startOpenAiServer({ script: troubledModel(random, faults) });
  let metrics: string[] = [];
  let run: Run;
  try {
    const service = await startService({
      concurrency: 8,
      environment: {
        LOG_LEVEL: 'DEBUG',
        FTE_OUTBOX_FILE: '',
        FTE_MODEL: 'openai_compatible',
        FTE_MODEL_NAME: 'a-model',
        FTE_MODEL_URL: model.url,
        FTE_MODEL_TIMEOUT_MS: '1000',
        // A busy machine is none of the faults.
        FTE_AWS_TIMEOUT_MS: '60000',
        FTE_WHATSAPP_PROVIDER: 'twilio',
        FTE_TWILIO_ACCOUNT_SID: KEYS.accountSid,
        FTE_TWILIO_FROM: '+14155238886',
        FTE_TWILIO_API_URL: providers.url,
        AWS_ENDPOINT_URL_SESV2: providers.url,
        FTE_NOTIFY_WEBHOOK_URL: `${providers.url}/team`,
      },
    });
    run = new Run(service, faults);
    await service.load();
    service.work();
    const left = [...planted];
    const worker = async () => {
      for (let who = left.shift(); who !== undefined; who = left.shift()) {
        await run.play(who);
        progress?.({ sent: howMany - left.length, waiting: undefined });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await until(
      'the queues to be empty',
      async () => {
        const size = await waiting();
        progress?.({ sent: howMany, waiting: size });
        return size === 0;
      },
      SETTLE_SECONDS,
    );
    await run.invoke('upkeep', { id: 'upkeep-1' });
    await service.rest();
    await run.invoke('fleet', { id: 'fleet-1' });
    const page = await service.request('GET /metrics', {}, { operator: true });
    const gateway = await fetch(`${service.gatewayUrl}/metrics`);
    metrics = [page.text, await gateway.text()].flatMap((text) => text.split('\n'));
    await service.stop();
  } finally {
    await Promise.all([providers.close(), model.close()]);
    output.restore();
  }

  const search = new Search(planted);
  const lines = output.lines();
  const isLog = (line: string) => line.startsWith('{"level"');
  const logs = lines.filter(isLog);
  const inSent = searchAll(search, 'what was sent', run.sent).findings;
  return {
    searched: [
      searchAll(search, 'log lines', logs),
      searchAll(
        search,
        'other output',
        lines.filter((line) => !isLog(line)),
      ),
      searchAll(search, 'metrics', metrics),
      searchAll(search, 'error responses', run.refusals),
      searchAll(search, 'errors thrown to the runtime', run.thrown),
    ],
    control: Object.fromEntries(
      PARTS.map((part) => [
        part,
        new Set(inSent.filter((one) => one.part === part).map(({ identity }) => identity)).size,
      ]),
    ) as Record<Part, number>,
    requests: run.requests,
    faults,
    levels: new Map(
      [...Map.groupBy(logs, (line) => line.slice(10, line.indexOf('"', 10)))].map(([level, of]) => [
        level,
        of.length,
      ]),
    ),
    replies: providers.taken(),
  };
}
