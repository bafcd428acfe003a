import type { Channel, DeliveryStatus } from '../src/fte/vocabulary.ts';
import { FOLLOW_UPS, OPENINGS, type Opening, type Place } from './openings.ts';
import { deck, type Random, seeded } from './random.ts';

/** The ways in. Two of them are WhatsApp. */
export const ROADS = ['form', 'twilio', 'meta', 'email'] as const;
export type Road = (typeof ROADS)[number];

const PLACES: Readonly<Record<Road, Place>> = {
  form: 'form',
  twilio: 'whatsapp',
  meta: 'whatsapp',
  email: 'email',
};

/** The channel that the service counts a road under. */
export function channelOf(road: Road): Channel {
  return ({ form: 'web_form', twilio: 'whatsapp', meta: 'whatsapp', email: 'email' } as const)[road];
}

/** What is wrong with a request that should be refused. */
export const FAULTS = {
  form: ['bad_json', 'missing_fields', 'bad_address', 'too_short'],
  twilio: ['wrong_signature', 'no_signature', 'missing_fields'],
  meta: ['wrong_signature', 'bad_json', 'missing_fields'],
  email: ['wrong_token', 'no_token', 'wrong_type', 'no_mail'],
} as const satisfies Readonly<Record<Road, readonly string[]>>;
export type Fault = {
  readonly [R in Road]: { readonly road: R; readonly fault: (typeof FAULTS)[R][number] };
}[Road];

/** Mails that nobody may answer. */
export const AUTOMATIC = ['out_of_office', 'newsletter', 'bounce'] as const;
export type Automatic = (typeof AUTOMATIC)[number];

interface Common {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly road: Road;
  /** Counted from 0; each has a sender of its own. */
  readonly conversation: number;
}
export type Step = Common &
  (
    | { readonly kind: 'opening'; readonly opening: Opening }
    | { readonly kind: 'follow_up'; readonly text: string }
    | { readonly kind: 'rating'; readonly rating: number; readonly comment: string | undefined }
    /** `of`: which of the conversation's messages comes again, the opening being 0. */
    | { readonly kind: 'duplicate'; readonly of: number }
    /** `of`: the answer to which message the provider's word is about. */
    | { readonly kind: 'status'; readonly of: number; readonly status: DeliveryStatus }
    | { readonly kind: 'malformed'; readonly wrong: Fault }
    | { readonly kind: 'automatic'; readonly automatic: Automatic }
  );
export type StepKind = Step['kind'];

export interface PlanOptions {
  /** How many requests in all. */
  readonly messages: number;
  /** Requests a second. */
  readonly rate: number;
  readonly seed: number;
}

const SHARES = { followUp: 0.4, furtherFollowUp: 0.4, duplicate: 0.12, rating: 0.35, status: 0.35 };
/** What providers say of one message: in order, out of it, twice, and of one that did not arrive. */
const STATUS_RUNS: readonly (readonly DeliveryStatus[])[] = [
  ['sent', 'delivered', 'read'],
  ['delivered', 'sent', 'read'],
  ['read', 'delivered', 'sent'],
  ['sent', 'sent', 'delivered'],
  ['sent', 'failed'],
  ['failed', 'delivered'],
];
/** Counted and not drawn, so that a short plan has them, too. */
const MALFORMED_EVERY = 8;
const AUTOMATIC_EVERY = 20;
/** With one more a sender could come near the limit of five a minute. */
const MOST_FOLLOW_UPS = 3;

/** A step that waits for its turn: the rest of it is known once there is room for it. */
interface Waiting {
  readonly from: number;
  readonly step: (at: number) => Step;
}

/** What comes after the opening: the customer writes again and rates, messages come twice, the provider tells. */
function rest(
  road: Road,
  conversation: number,
  slot: number,
  random: Random,
  text: () => string,
  run: () => readonly DeliveryStatus[],
): Waiting[] {
  const waiting: Waiting[] = [];
  let from = slot;
  const add = (slots: number, step: (at: number) => Step) => {
    from += slots;
    waiting.push({ from, step });
  };
  const again = (of: number) => {
    if (!random.chance(SHARES.duplicate)) return;
    add(random.between(1, 3), (at) => ({ kind: 'duplicate', at, road, conversation, of }));
  };
  again(0);
  if ((road === 'twilio' || road === 'meta') && random.chance(SHARES.status)) {
    for (const status of run()) {
      add(random.between(2, 4), (at) => ({ kind: 'status', at, road, conversation, of: 0, status }));
    }
  }
  for (let n = 1; n <= MOST_FOLLOW_UPS; n++) {
    if (!random.chance(n === 1 ? SHARES.followUp : SHARES.furtherFollowUp)) break;
    const written = text();
    add(random.between(5, 15), (at) => ({ kind: 'follow_up', at, road, conversation, text: written }));
    again(n);
  }
  if (road === 'form' && random.chance(SHARES.rating)) {
    const [rating, comment] = [random.between(1, 5), random.chance(0.3) ? 'Thank you.' : undefined];
    add(random.between(5, 12), (at) => ({ kind: 'rating', at, road, conversation, rating, comment }));
  }
  return waiting;
}

/** What is sent, and when. The same options give the same plan. */
export function planTraffic({ messages, rate, seed }: PlanOptions): readonly Step[] {
  const random = seeded(seed);
  const nextRoad = deck(ROADS, random);
  const nextText = deck(FOLLOW_UPS, random);
  const nextRun = deck(STATUS_RUNS, random);
  const nextAutomatic = deck(AUTOMATIC, random);
  const faults = ROADS.flatMap((road) => FAULTS[road].map((fault) => ({ road, fault }) as Fault));
  const nextFault = deck(faults, random);
  const suiting = (place: Place) => OPENINGS.filter(({ places }) => places.includes(place));
  const openings = {
    form: deck(suiting('form'), random),
    whatsapp: deck(suiting('whatsapp'), random),
    email: deck(suiting('email'), random),
  };
  const waiting: Waiting[] = [];
  let conversations = 0;

  return Array.from({ length: messages }, (_, slot): Step => {
    // A little off the beat, and never before the one that came first.
    const at = Math.round(((slot + random.next() * 0.9) * 1000) / rate);
    const due = waiting.findIndex(({ from }) => from <= slot);
    const [found] = due < 0 ? [] : waiting.splice(due, 1);
    if (found !== undefined) return found.step(at);
    const conversation = conversations++;
    if (conversation % MALFORMED_EVERY === MALFORMED_EVERY - 1) {
      const wrong = nextFault();
      return { kind: 'malformed', at, road: wrong.road, conversation, wrong };
    }
    if (conversation % AUTOMATIC_EVERY === AUTOMATIC_EVERY / 2) {
      return { kind: 'automatic', at, road: 'email', conversation, automatic: nextAutomatic() };
    }
    const road = nextRoad();
    waiting.push(...rest(road, conversation, slot, random, nextText, nextRun));
    return { kind: 'opening', at, road, conversation, opening: openings[PLACES[road]]() };
  });
}
