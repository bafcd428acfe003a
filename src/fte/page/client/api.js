const TIMEOUT_MS = 30_000;
/** When a 429 does not say it. */
const WAIT_SECONDS = 30;

/**
 * What came of a request. `offline`: nobody knows whether it arrived.
 *
 * @typedef {{ field: string, reason: string }} Issue
 * @typedef {{ kind: 'ok', data: unknown }
 *   | { kind: 'invalid', issues: readonly Issue[] }
 *   | { kind: 'wait', seconds: number }
 *   | { kind: 'missing' }
 *   | { kind: 'conflict' }
 *   | { kind: 'offline' }
 *   | { kind: 'failed', message: string, reference: string }} Outcome
 *
 * @typedef {{ from: 'customer' | 'employee' | 'person', text: string, at: string }} Message
 * @typedef {'open' | 'in_progress' | 'resolved' | 'escalated' | 'closed'} Status
 * @typedef {{ ticket_id: string, status: Status, subject?: string, messages: Message[], rating?: number }} Ticket
 */

/**
 * Unguessable, and also where `crypto.randomUUID` is missing: on pages that did not come over HTTPS.
 *
 * @returns {string}
 */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {Response} response
 * @param {string} text
 * @returns {Outcome}
 */
function outcomeOf(response, text) {
  const body = parsed(text);
  const object = typeof body === 'object' && body !== null;
  if (response.ok && object) return { kind: 'ok', data: body };
  const error = (object && body.error) || {};
  if (response.status === 422 && Array.isArray(error.issues))
    return { kind: 'invalid', issues: error.issues };
  if (response.status === 429)
    return { kind: 'wait', seconds: Number(response.headers.get('retry-after')) || WAIT_SECONDS };
  if (error.code === 'FTE_TICKET_NOT_FOUND') return { kind: 'missing' };
  if (error.code === 'FTE_TICKET_ALREADY_RATED') return { kind: 'conflict' };
  return {
    kind: 'failed',
    message: error.message ?? 'Something went wrong on our side. Please try again.',
    reference: (object && body.correlation_id) || response.headers.get('x-correlation-id') || '',
  };
}

/**
 * @param {string} path
 * @param {unknown} [body] Without one it is a GET.
 * @param {string} [key] The same key with the same body is the same message, however often it is sent.
 * @returns {Promise<Outcome>}
 */
export async function call(path, body, key) {
  try {
    const response = await fetch(path, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: 'no-store',
      ...(body !== undefined && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
      }),
    });
    return outcomeOf(response, await response.text());
  } catch {
    return { kind: 'offline' };
  }
}

/** @param {string} id */
export function ticketPath(id) {
  return `support/ticket/${encodeURIComponent(id)}`;
}
