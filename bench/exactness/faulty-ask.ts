// A host's way to the gateways: where acknowledgements get lost, and pushes get lost or late.
import type { AskGateway, GatewayAnswer, GatewayRequest } from '../../src/observability/push/gateway.ts';
import type { Random } from '../../traffic/random.ts';
import type { Fault } from './faults.ts';
import type { Tempo } from './tempo.ts';
import { type PushedEntry, readEntry } from './wire-reader.ts';

/** What holds for all instances of one host. */
export interface Weather {
  calm: boolean;
  cut: ReadonlySet<string>;
  /** Answers everything with a redirect, and takes nothing. */
  readonly astray: string;
  /** Pushes that were given up and are still on their way. */
  readonly late: Set<() => Promise<void>>;
  readonly underWay: Set<Promise<unknown>>;
}

export interface PushSeen extends PushedEntry {
  readonly id: string;
}

export interface FaultyAskOptions {
  readonly ask: AskGateway;
  readonly faults: ReadonlySet<Fault>;
  readonly tempo: Tempo;
  readonly random: Random;
  readonly weather: Weather;
  readonly seen: (push: PushSeen) => void;
  readonly acknowledged: (push: PushSeen) => void;
  readonly taken: (push: PushSeen) => void;
  /** A later push of the same id was acknowledged. */
  readonly superseded: (push: PushSeen) => boolean;
}

/** Of all pushes to one inbox so many meet a fault, whichever of them there are. */
const SHARE = 0.2;
const FAULTS_OF_PUSHES: readonly Fault[] = ['acks', 'drops', 'late', 'redirects'];
const PATIENCE_MS = 4_000;

const lost = (outcome: GatewayAnswer['outcome'], unanswered: boolean): GatewayAnswer => ({
  outcome,
  status: 0,
  body: Buffer.alloc(0),
  contentType: '',
  unanswered,
});
const idOf = (url: string) => /\/instance\/([^/]+)/.exec(url)?.[1] ?? '';
const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function createFaultyAsk(options: FaultyAskOptions): AskGateway {
  const { ask, faults, tempo, random, weather } = options;
  const share = SHARE / Math.max(1, FAULTS_OF_PUSHES.filter((fault) => faults.has(fault)).length);
  const bodies = new WeakMap<Uint8Array, PushSeen>();

  function pushOf(request: GatewayRequest): PushSeen {
    const body = request.body as Uint8Array;
    const known = bodies.get(body);
    if (known !== undefined) return known;
    const push = { id: idOf(request.url), ...readEntry(body) };
    bodies.set(body, push);
    options.seen(push);
    return push;
  }

  async function deliver(
    request: GatewayRequest,
    push: PushSeen,
    deadlineMs: number,
  ): Promise<GatewayAnswer> {
    const asked = ask({ ...request, deadlineMs });
    weather.underWay.add(asked);
    const answer = await asked.finally(() => weather.underWay.delete(asked));
    // By the status, not by what the code under test makes of it.
    if (answer.status >= 200 && answer.status < 300) options.taken(push);
    return answer;
  }

  /** Some arrive soon, some after the lane was given up. */
  function sendLate(request: GatewayRequest, push: PushSeen): void {
    const soon = tempo.retire / 4;
    const longAfter = tempo.retire * 1.8;
    const delays = [
      random.between(50, soon),
      tempo.retire + tempo.fold * random.between(1, 4),
      longAfter + tempo.fold * random.between(1, 3),
    ];
    const delay = delays[random.between(0, delays.length - 1)] ?? soon;
    const sentAt = Date.now();
    const arrive = async () => {
      weather.late.delete(arrive);
      const age = Date.now() - sentAt;
      // What nothing else brings again, and comes just while its lane is given up, may be deleted unread: between the
      // fleet's look at the gateway and its deletion there is no fence. It is the one that a lane can not save.
      if (age > soon && age < longAfter && !options.superseded(push)) return;
      // Afterwards it is only a late push, until its instance is forgotten.
      if (age > tempo.retire + tempo.forget / 2) return;
      await deliver(request, push, PATIENCE_MS);
    };
    weather.late.add(arrive);
    setTimeout(() => {
      if (weather.calm) return;
      if (weather.late.has(arrive)) void arrive();
    }, delay);
  }

  async function through(request: GatewayRequest, push: PushSeen): Promise<GatewayAnswer> {
    if (weather.calm) return deliver(request, push, PATIENCE_MS);
    const meets = (fault: Fault) => faults.has(fault) && random.chance(share);
    if (meets('acks')) {
      await deliver(request, push, PATIENCE_MS);
      return lost('timeout', true);
    }
    if (meets('drops')) {
      await after(random.between(1, 40));
      return random.chance(0.5) ? lost('timeout', true) : lost('refused', random.chance(0.5));
    }
    if (meets('late')) {
      sendLate(request, push);
      await after(random.between(1, 40));
      return lost('timeout', true);
    }
    if (meets('redirects'))
      return ask({ ...request, url: `${weather.astray}${new URL(request.url).pathname}` });
    return deliver(request, push, request.deadlineMs);
  }

  return async (request) => {
    if (request.method !== 'PUT') return ask(request);
    const push = pushOf(request);
    const answer = [...weather.cut].some((url) => request.url.startsWith(url))
      ? lost('refused', false)
      : await through(request, push);
    if (answer.outcome === 'success') options.acknowledged(push);
    return answer;
  };
}
