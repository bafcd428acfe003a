import { ServiceError } from '../errors.ts';
import type { Family } from '../families.ts';
import { type AskGateway, askGateway } from '../push/gateway.ts';
import { decodeDelimited } from './decode-protobuf.ts';
import { type Inbox, sortOut } from './entries.ts';
import { decodeJson } from './inbox-json.ts';
import { SeriesTable } from './series-table.ts';

/** Protobuf alone brings exemplars along, and is read in half the time of JSON. */
const ACCEPT =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=1.0,text/plain;q=0.1';
const PROTOBUF = 'application/vnd.google.protobuf';
const DEADLINE_MS = 5_000;

/** A gateway that did not answer, or not with metrics. Nothing may be concluded from what it did not say. */
function unreadable(url: string, cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_INBOX_UNREADABLE',
    type: 'internal',
    status: 503,
    message: 'A gateway can not be read right now.',
    cause: new Error(`reading ${new URL(url).host}`, { cause }),
  });
}

export interface ReadOptions {
  readonly table?: SeriesTable;
  readonly ask?: AskGateway | undefined;
  readonly deadlineMs?: number;
}

async function readFamilies(url: string, ask: AskGateway, deadlineMs: number): Promise<readonly Family[]> {
  const page = await ask({ method: 'GET', url: `${url}/metrics`, accept: ACCEPT, deadlineMs });
  if (page.outcome === 'success' && page.contentType.startsWith(PROTOBUF)) return decodeDelimited(page.body);
  // Groups that contradict each other make `/metrics` answer 500 to everybody; the JSON form still tells them apart.
  if (page.outcome !== 'success' && page.status !== 500) throw new Error(`${page.outcome} ${page.status}`);
  const json = await ask({ method: 'GET', url: `${url}/api/v1/metrics`, deadlineMs });
  if (json.outcome !== 'success') throw new Error(`${json.outcome} ${json.status}`);
  return decodeJson(json.body.toString('utf8'));
}

/**
 * Reads all that one gateway holds.
 *
 * @throws a 503 (`FTE_INBOX_UNREADABLE`) when the gateway gave no complete answer within `deadlineMs`.
 */
export async function readInbox(url: string, options: ReadOptions = {}): Promise<Inbox> {
  const { table = new SeriesTable(), ask = askGateway, deadlineMs = DEADLINE_MS } = options;
  try {
    return sortOut(await readFamilies(url, ask, deadlineMs), table);
  } catch (cause) {
    throw unreadable(url, cause);
  }
}
