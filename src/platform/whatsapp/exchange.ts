import { outgoingHeaders } from '../../observability/propagation.ts';
import { SEND_TIMEOUT_MS } from '../send-config.ts';
import { deliveryInDoubt, WhatsAppRefused } from './errors.ts';

export interface Answer {
  readonly status: number;
  /** The answer's JSON; undefined when there is none, or it can't be read. */
  readonly body: unknown;
}

const TLS_CODES = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What may be found on an error of the network. */
interface Trouble {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  /** The addresses of one host, each with its own trouble. */
  readonly errors?: unknown;
}

/** Whether an error of the network surely came before the first byte of a request went out. */
function neverLeft(error: unknown): boolean {
  const { code, syscall, errors } = Object(error) as Trouble;
  if (Array.isArray(errors)) return errors.length > 0 && errors.every(neverLeft);
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
  return code === 'UND_ERR_CONNECT_TIMEOUT' || (typeof code === 'string' && TLS_CODES.has(code));
}

function prepare(url: string, headers: Readonly<Record<string, string>>, body: string): Request {
  try {
    return new Request(url, {
      method: 'POST',
      // A connection that is kept may be dead by the time of the next message, and then nobody could tell whether
      // the provider took it.
      headers: { accept: 'application/json', connection: 'close', ...outgoingHeaders(), ...headers },
      body,
      redirect: 'error',
    });
  } catch {
    // Without the cause: it quotes the header, and with it the token.
    throw new WhatsAppRefused({
      message: 'The request to the provider could not be made: its URL or its credentials are not usable.',
      reason: 'unauthorized',
      permanent: false,
    });
  }
}

/**
 * Posts to a provider, once.
 *
 * @param deadlineMs from connecting to the last byte of the answer.
 * @throws {WhatsAppRefused} when the provider surely did not get it, a `FTE_DELIVERY_IN_DOUBT` when nobody knows.
 */
export async function exchange(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  deadlineMs: number = SEND_TIMEOUT_MS,
): Promise<Answer> {
  const request = prepare(url, headers, body);
  let response: Response;
  try {
    response = await fetch(request, { signal: AbortSignal.timeout(deadlineMs) });
  } catch (error) {
    const cause = (Object(error) as Trouble).cause ?? error;
    if (!neverLeft(cause)) throw deliveryInDoubt('the exchange broke off', cause);
    throw new WhatsAppRefused({
      message: 'The provider can not be reached.',
      reason: 'unreachable',
      permanent: false,
      cause,
    });
  }
  try {
    return { status: response.status, body: await response.json() };
  } catch (cause) {
    // A refusal is one without its reasons, too.
    if (response.ok) throw deliveryInDoubt('its answer can not be read', cause);
    return { status: response.status, body: undefined };
  }
}

export interface RefusalCodes {
  /** Outside the 24 hours: only a new message of the customer's changes that. */
  readonly outsideWindow: ReadonlySet<number>;
  /** They pass by themselves, or somebody can repair them while the queue tries again. */
  readonly passing: ReadonlySet<number>;
}

const PASSING_STATUSES = new Set([401, 403, 408, 409, 425, 429]);

/** What an answer without an accepted message means for the delivery; `refused` when the provider surely took none. */
export function refusalOf(
  status: number,
  code: number | undefined,
  codes: RefusalCodes,
  refused: boolean = status >= 400 && status < 500,
): Error {
  const shown = `HTTP ${status}${code === undefined ? '' : `, code ${code}`}`;
  if (code !== undefined && codes.outsideWindow.has(code)) {
    return new WhatsAppRefused({
      message: `The customer's last message is older than WhatsApp lets us answer (${shown}).`,
      reason: 'outside_window',
      permanent: true,
      providerCode: code,
    });
  }
  if (!refused) return deliveryInDoubt(shown);
  const passing = PASSING_STATUSES.has(status) || (code !== undefined && codes.passing.has(code));
  return new WhatsAppRefused({
    message: `The provider refused the message (${shown}).`,
    reason: status === 429 ? 'rate_limited' : status === 401 || status === 403 ? 'unauthorized' : 'rejected',
    permanent: !passing,
    providerCode: code,
  });
}
