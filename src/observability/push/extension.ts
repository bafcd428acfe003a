import type { Agent } from 'node:http';
import { type Environment, readPushMode } from '../config.ts';
import { httpFor } from './node-http.ts';

/** What is left of an invocation is kept free, so that Lambda finds the extension waiting and not at work. */
const MARGIN_MS = 50;
const NAME = 'fte-push';
const API = '2020-01-01/extension';
/** A runtime that does not answer a registration at once never will. */
const REGISTER_WITHIN_MS = 1_000;
/** Nothing ends when a push in the background is late, but the one after it waits for it. */
const BACKGROUND_MS = 5_000;
/** An event comes with its invocation: when the handler has ended for so long, none will come. */
const EVENT_OVERDUE_MS = 500;

/** Work after the response of an invocation is on its way, and before the environment may be frozen. */
export interface AfterResponse {
  /** False when there is nobody to hold the environment awake: then it must be done before the response. */
  run(requestId: string, work: (withinMs: number) => Promise<void>): boolean;
}

interface Answer {
  readonly status: number;
  readonly id: string;
  readonly body: string;
}

function ask(
  base: string,
  {
    method,
    path,
    id,
    body,
    withinMs,
  }: { method: string; path: string; id?: string; body?: string; withinMs?: number },
  agent: Agent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(id === undefined ? { 'Lambda-Extension-Name': NAME } : { 'Lambda-Extension-Identifier': id }),
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const url = `http://${base}/${API}/${path}`;
    const request = httpFor(url).request(url, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        const given = response.headers['lambda-extension-identifier'];
        resolve({ status: response.statusCode ?? 0, id: typeof given === 'string' ? given : '', body: text });
      });
    });
    request.on('error', reject);
    if (withinMs !== undefined) request.setTimeout(withinMs, () => request.destroy(new Error('no answer')));
    request.end(body);
  });
}

/** A moment in which the runtime hands the response over: it has the first word when a handler has ended. */
const afterTheRuntime = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

type Work = (withinMs: number) => Promise<void>;

/** Pairs each invocation's event with the end of its handler, whichever comes first. */
function createMeetings() {
  const ended = new Map<string, Work>();
  const waiting = new Map<string, (work: Work | undefined) => void>();
  return {
    handlerEnded(requestId: string, work: Work): void {
      const meet = waiting.get(requestId);
      waiting.delete(requestId);
      if (meet !== undefined) {
        meet(work);
        return;
      }
      ended.set(requestId, work);
      // Some runtimes take a registration and then send no events; what was counted goes out all the same.
      const overdue = setTimeout(() => {
        if (ended.delete(requestId)) void work(EVENT_OVERDUE_MS).catch(() => undefined);
      }, EVENT_OVERDUE_MS);
      overdue.unref();
    },
    /** Undefined when the handler has not ended in time: whoever ended it otherwise left nothing to be done. */
    meet(requestId: string, withinMs: number): Promise<Work | undefined> {
      const work = ended.get(requestId);
      if (ended.delete(requestId)) return Promise.resolve(work);
      return new Promise((resolve) => {
        const timer = setTimeout(
          () => {
            waiting.delete(requestId);
            resolve(undefined);
          },
          Math.max(0, withinMs),
        );
        timer.unref();
        waiting.set(requestId, (arrived) => {
          clearTimeout(timer);
          resolve(arrived);
        });
      });
    },
  };
}

/** An environment that takes many invocations at once is never frozen between them: nobody need hold it awake. */
const inBackground: AfterResponse = {
  run(_requestId, work) {
    void afterTheRuntime()
      .then(() => work(BACKGROUND_MS))
      .catch(() => undefined);
    return true;
  },
};

/**
 * Registers an internal extension, in this very process, for INVOKE events. Lambda sends the response to its caller as
 * soon as the runtime hands it over, but freezes the environment only once every extension asks for its next event: by
 * asking late, the push is done in between, and no caller waits for it. On Lambda Managed Instances it is done in the background.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 *
 * @returns undefined where there is no Runtime API, or it does not take extensions: the push is then done in line
 */
export async function registerExtension(env: Environment): Promise<AfterResponse | undefined> {
  const base = env.AWS_LAMBDA_RUNTIME_API;
  const mode = readPushMode(env);
  if (base === undefined || base === '' || mode === 'inline' || !env.PUSHGATEWAY_URL) return undefined;
  // Lambda Managed Instances send no INVOKE events, and each worker thread would register for itself.
  if (env.AWS_LAMBDA_MAX_CONCURRENCY !== undefined) return inBackground;
  const agent = new (httpFor('http:').Agent)({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ events: ['INVOKE'] });
  let id: string;
  try {
    const answer = await ask(
      base,
      { method: 'POST', path: 'register', body, withinMs: REGISTER_WITHIN_MS },
      agent,
    );
    if (answer.status !== 200 || answer.id === '') return undefined;
    id = answer.id;
  } catch {
    return undefined;
  }

  const { handlerEnded, meet } = createMeetings();
  let alive = true;

  async function serve(): Promise<void> {
    for (;;) {
      const event = await ask(base ?? '', { method: 'GET', path: 'event/next', id }, agent);
      if (event.status !== 200) throw new Error(`the extension was given ${event.status}`);
      const { eventType, requestId, deadlineMs } = JSON.parse(event.body) as {
        eventType: string;
        requestId: string;
        deadlineMs: number;
      };
      if (eventType !== 'INVOKE') continue;
      const leftMs = () => deadlineMs - Date.now() - MARGIN_MS;
      const work = await meet(requestId, leftMs());
      if (work === undefined) continue;
      await afterTheRuntime();
      await work(leftMs()).catch(() => undefined);
    }
  }
  // Asking for the first event ends the extension's part of the initialisation, so nobody may wait for the answer.
  serve().catch(() => {
    alive = false;
  });

  return {
    run(requestId, work) {
      if (!alive) return false;
      handlerEnded(requestId, work);
      return true;
    },
  };
}

/** Registered when the module is loaded: afterwards the runtime asks for its first event, and it is too late. */
export const afterResponse = await registerExtension(process.env);
