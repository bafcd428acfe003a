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

/** Of all pushes to one inbox, so many meet each fault. */
const SHARE = 0.05;
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
    const delay = random.chance(0.4)
      ? tempo.retire + tempo.fold * random.between(1, 4)
      : random.between(50, tempo.retire / 4);
    const sentAt = Date.now();
    const arrive = async () => {
      weather.late.delete(arrive);
      // One that brings what nothing else did, into a lane that is just being given up, may be lost unread.
      if (Date.now() - sentAt > tempo.retire / 4 && !options.superseded(push)) return;
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
    const meets = (fault: Fault) => faults.has(fault) && random.chance(SHARE);
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
