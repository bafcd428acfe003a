import type { Road } from './plan.ts';
import { lookUp, type Outgoing, type Sender } from './requests.ts';
import type { Answer, Line } from './send.ts';

/** A message that the service accepted. */
export interface Told {
  readonly correlationId: string;
  readonly sentAt: number;
  readonly outgoing: Outgoing;
  /** Seconds until its answer; undefined while there is none. */
  answeredAfter: number | undefined;
  /** Of the answer, where it went to an address. */
  replyId?: string;
}

/** One conversation as its customer sees it. */
export interface Talk {
  readonly road: Road;
  readonly sender: Sender;
  readonly subject: string;
  readonly told: Told[];
  ticketId: string | undefined;
  /** What the ticket's look-up said last. */
  status: string | undefined;
  /** Answers seen so far, to whichever message. */
  replies: number;
}

interface View {
  readonly status: string;
  readonly messages: readonly { readonly from: string; readonly at: string }[];
}

function viewOf(answer: Answer | undefined): View | undefined {
  const view = Object(answer?.json) as Partial<View>;
  return answer?.status === 200 && view.status !== undefined && view.messages !== undefined
    ? (view as View)
    : undefined;
}

/** What a look-up shows: the n-th answer is that to the n-th message, as one customer's messages keep their order. */
function readView(talk: Talk, { status, messages }: View): void {
  const asked = messages.filter(({ from }) => from === 'customer');
  const answers = messages.filter(({ from }) => from !== 'customer');
  talk.status = status;
  if (talk.road !== 'form') return;
  talk.replies = answers.length;
  for (const [i, one] of talk.told.entries()) {
    const [question, answer] = [asked[i], answers[i]];
    if (question === undefined || answer === undefined) continue;
    one.answeredAfter ??= (Date.parse(answer.at) - Date.parse(question.at)) / 1000;
  }
}

/** Sees the answers come in: on the tickets of forms, and in the outbox for what is sent to an address. */
export class Watch {
  readonly talks: Talk[] = [];
  /** Replies to messages of this run that went to an address that did not ask. */
  misdirected = 0;
  readonly #line: Line;
  readonly #outbox: () => readonly Readonly<Record<string, unknown>>[];
  /** An answer may be there before the acknowledgement of its question is read. */
  #early: Readonly<Record<string, unknown>>[] = [];
  readonly #waiting = new Map<string, Talk>();

  constructor(line: Line, outbox: () => readonly Readonly<Record<string, unknown>>[]) {
    this.#line = line;
    this.#outbox = outbox;
  }

  open(talk: Talk): void {
    this.talks.push(talk);
  }

  expect(talk: Talk, told: Told): void {
    talk.told.push(told);
    this.#waiting.set(told.correlationId, talk);
  }

  get unanswered(): readonly Talk[] {
    return this.talks.filter(({ told }) => told.some(({ answeredAfter }) => answeredAfter === undefined));
  }

  get answered(): number {
    return this.talks.flatMap(({ told }) => told).filter(({ answeredAfter }) => answeredAfter !== undefined)
      .length;
  }

  #readOutbox(): void {
    const lines = [...this.#early, ...this.#outbox()];
    this.#early = [];
    for (const line of lines) {
      const { kind, to, ticket_id, correlation_id, at } = line;
      if (kind !== 'reply') continue;
      const talk = this.#waiting.get(String(correlation_id));
      if (talk === undefined) {
        this.#early.push(line);
        continue;
      }
      if (to !== talk.sender.address) this.misdirected += 1;
      if (talk.road === 'form') continue;
      talk.ticketId ??= String(ticket_id);
      talk.replies += 1;
      const told = talk.told.find(({ correlationId }) => correlationId === correlation_id);
      if (told !== undefined) told.replyId ??= String(line.reply_id);
      if (told !== undefined) told.answeredAfter ??= (Date.parse(String(at)) - told.sentAt) / 1000;
    }
  }

  async #lookAt(talks: readonly Talk[]): Promise<void> {
    await Promise.all(
      talks.map(async (talk) => {
        if (talk.ticketId === undefined) return;
        // Each its own, so that a look-up can be found in the service's logs, too.
        const { answer } = await this.#line.once(lookUp(talk.ticketId), `look-${crypto.randomUUID()}`);
        const view = viewOf(answer);
        if (view !== undefined) readView(talk, view);
      }),
    );
  }

  async tick(): Promise<void> {
    this.#readOutbox();
    await this.#lookAt(this.unanswered.filter(({ road }) => road === 'form'));
  }

  /** The state of every ticket, a few at a time. */
  async lookAtAll(): Promise<void> {
    this.#readOutbox();
    for (let i = 0; i < this.talks.length; i += 5) await this.#lookAt(this.talks.slice(i, i + 5));
  }
}
