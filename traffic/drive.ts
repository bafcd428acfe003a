import { broken } from './faults.ts';
import type { Road, Step } from './plan.ts';
import type { Outgoing } from './requests.ts';
import * as requests from './requests.ts';
import type { Exchange, Line } from './send.ts';
import type { Talk, Watch } from './talks.ts';

/** What became of one request of the plan, by what the service answered. */
export type Outcome =
  | 'accepted'
  | 'duplicate'
  | 'rejected'
  | 'limited'
  | 'passed_over'
  | 'failed'
  | 'rated'
  | 'told';

export interface Done {
  readonly road: Road;
  readonly step: Step;
  readonly outcome: Outcome;
  readonly exchange: Exchange;
}

export interface DriveOptions {
  readonly plan: readonly Step[];
  readonly line: Line;
  readonly watch: Watch;
  /** Tells this run's senders and ids from another's. */
  readonly run: number;
  readonly twilioUrl: string;
  readonly done: (one: Done) => void;
  /** A step that could not be taken, because what it builds on did not happen. */
  readonly skipped: (step: Step, why: string) => void;
}

const PATIENCE_MS = 30_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A customer reads the answer before writing again; one who waits too long writes all the same. */
async function untilAnswered(talk: Talk): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end && talk.told.some(({ answeredAfter }) => answeredAfter === undefined))
    await pause(100);
}

/** Form: 201 is new, 200 a repetition. Providers hear 200 to both; whether it was one, its sender knows. */
function outcomeOf(road: Road, { answer }: Exchange, known: boolean): Outcome {
  if (answer === undefined || answer.status >= 500) return 'failed';
  if (answer.status === 429) return 'limited';
  if (answer.status >= 400) return 'rejected';
  if (road === 'form') return answer.status === 201 ? 'accepted' : 'duplicate';
  if (answer.accepted === false) return 'passed_over';
  return known ? 'duplicate' : 'accepted';
}

/** Sends a plan's steps at their times, those of one conversation one after the other. */
export async function drive(options: DriveOptions): Promise<void> {
  const { plan, line, watch, run, twilioUrl, done, skipped } = options;
  const talks = new Map<number, Talk>();
  const turns = new Map<number, Promise<void>>();
  const idOf = (step: Step, n: number) => `traffic-${run}-${step.conversation}-${n}`;

  function message(step: Step, talk: Pick<Talk, 'sender' | 'subject' | 'ticketId'>, n: number): Outgoing {
    const { sender, subject, ticketId } = talk;
    const id = idOf(step, n);
    const text = step.kind === 'opening' ? step.opening.text : step.kind === 'follow_up' ? step.text : '';
    if (step.road === 'twilio')
      return requests.twilio(twilioUrl, requests.twilioForm(sender, text, requests.sidOf(id)));
    if (step.road === 'meta') return requests.meta(requests.metaBody(sender, text, requests.wamidOf(id)));
    if (step.road === 'email') return requests.mail(requests.mime({ sender, subject, text, id, ticketId }));
    if (step.kind === 'opening') return requests.form(sender, step.opening, id);
    return requests.formFollowUp(ticketId ?? '', text, id);
  }

  async function tell(step: Step, talk: Talk): Promise<void> {
    const outgoing = message(step, talk, talk.told.length);
    const exchange = await line.send(outgoing);
    const outcome = outcomeOf(step.road, exchange, false);
    const { correlationId, sentAt, answer } = exchange;
    // A repetition of a request whose answer got lost is a 200; the message is in all the same.
    if (outcome === 'accepted' || outcome === 'duplicate') {
      talk.ticketId ??= answer?.ticketId;
      watch.expect(talk, { correlationId, sentAt, outgoing, answeredAfter: undefined });
    }
    done({ road: step.road, step, outcome, exchange });
  }

  async function take(step: Step): Promise<void> {
    const { road, conversation } = step;
    const sender = requests.senderOf(road, conversation, run);
    if (step.kind === 'malformed' || step.kind === 'automatic') {
      const mail = {
        sender,
        subject: 'Re: your message',
        text: 'I am away until Monday.',
        id: idOf(step, 0),
      };
      const outgoing =
        step.kind === 'malformed'
          ? broken(step.wrong, sender, mail.id, twilioUrl)
          : requests.mail(requests.mime({ ...mail, headers: requests.AUTOMATIC_HEADERS[step.automatic] }));
      const exchange = await line.send(outgoing);
      return done({ road, step, outcome: outcomeOf(road, exchange, false), exchange });
    }
    if (step.kind === 'opening') {
      const subject = step.opening.subject;
      const talk: Talk = {
        road,
        sender,
        subject,
        told: [],
        ticketId: undefined,
        status: undefined,
        replies: 0,
      };
      talks.set(conversation, talk);
      watch.open(talk);
      return tell(step, talk);
    }
    const talk = talks.get(conversation);
    if (talk === undefined || talk.told.length === 0) return skipped(step, 'the opening was not accepted');
    if (step.kind === 'duplicate') {
      const first = talk.told[step.of];
      if (first === undefined) return skipped(step, 'the first one was not accepted');
      const exchange = await line.send(first.outgoing);
      return done({ road, step, outcome: outcomeOf(road, exchange, true), exchange });
    }
    await untilAnswered(talk);
    if (step.kind === 'status') {
      const replyId = talk.told[step.of]?.replyId;
      if (replyId === undefined || (road !== 'twilio' && road !== 'meta'))
        return skipped(step, 'there is no reply to tell of');
      const exchange = await line.send(requests.statusNews(road, replyId, step.status, sender, twilioUrl));
      const outcome = exchange.answer?.status === 200 ? 'told' : outcomeOf(road, exchange, false);
      return done({ road, step, outcome, exchange });
    }
    if (step.kind === 'follow_up') return tell(step, talk);
    if (talk.ticketId === undefined) return skipped(step, 'its ticket is not known');
    const exchange = await line.send(requests.rating(talk.ticketId, step.rating, step.comment));
    const outcome = exchange.answer?.status === 201 ? 'rated' : outcomeOf(road, exchange, false);
    done({ road, step, outcome, exchange });
  }

  const started = performance.now();
  for (const step of plan) {
    const wait = started + step.at - performance.now();
    if (wait > 0) await pause(wait);
    const before = turns.get(step.conversation) ?? Promise.resolve();
    turns.set(
      step.conversation,
      before.then(() => take(step)),
    );
  }
  await Promise.all(turns.values());
}
