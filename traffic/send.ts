import { randomUUID } from 'node:crypto';
import type { Outgoing } from './requests.ts';

/** What the service said. */
export interface Answer {
  readonly status: number;
  readonly ticketId: string | undefined;
  /** A mail webhook's word on whether the mail will be answered. */
  readonly accepted: boolean | undefined;
  readonly text: string;
  readonly json: unknown;
}

/** A request and its answer; without one, why there is none. */
export interface Exchange {
  readonly method: string;
  readonly endpoint: string;
  readonly correlationId: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly answer: Answer | undefined;
  readonly failure: string | undefined;
}

const TRIES = 5;
const REQUEST_TIMEOUT_MS = 30_000;

function parsed(text: string, type: string | null): unknown {
  if (type?.startsWith('application/json') !== true) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function ask(url: string, outgoing: Outgoing, correlationId: string): Promise<Answer> {
  const { method, path, headers, body } = outgoing;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...headers, 'x-correlation-id': correlationId },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const json = parsed(text, response.headers.get('content-type'));
  const { ticket_id: ticketId, accepted } = Object(json) as Record<string, unknown>;
  return {
    status: response.status,
    ticketId: typeof ticketId === 'string' ? ticketId : undefined,
    accepted: typeof accepted === 'boolean' ? accepted : undefined,
    text,
    json,
  };
}

/** Sends requests to one service and keeps every answer. */
export class Line {
  readonly exchanges: Exchange[] = [];
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '');
  }

  async once(outgoing: Outgoing, correlationId: string): Promise<Exchange> {
    const { method, endpoint } = outgoing;
    const sentAt = Date.now();
    const answer = await ask(this.#url, outgoing, correlationId).catch((error: Error) => error);
    const failed = answer instanceof Error;
    const exchange: Exchange = {
      method,
      endpoint,
      correlationId,
      sentAt,
      answer: failed ? undefined : answer,
      failure: failed ? String(answer.cause ?? answer) : undefined,
    };
    this.exchanges.push(exchange);
    return exchange;
  }

  /** As a careful caller or a provider does: what got no answer, or a 5xx, is sent again as it was. */
  async send(outgoing: Outgoing): Promise<Exchange> {
    const correlationId = `traffic-${randomUUID()}`;
    let exchange = await this.once(outgoing, correlationId);
    for (let tried = 1; tried < TRIES && (exchange.answer?.status ?? 500) >= 500; tried++) {
      await new Promise((resolve) => setTimeout(resolve, 200 * tried));
      exchange = await this.once(outgoing, correlationId);
    }
    return exchange;
  }
}
