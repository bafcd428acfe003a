import type { Deployment } from './deployment.ts';
import type { Letter } from './letters.ts';

/** What its sender knows of a letter. */
export interface Sent {
  readonly letter: Letter;
  /** Somebody has said that it is taken: a 2xx; a mail in the bucket is. */
  readonly accepted: boolean;
  readonly tries: number;
  readonly ticketId: string | undefined;
}

export interface Persistence {
  /** So often a caller asks; then it tells whoever wrote. */
  readonly tries: number;
  /** Before the second try; doubled before each further one, up to four seconds. In milliseconds. */
  readonly pauseMs: number;
}

const LONGEST_PAUSE_MS = 4_000;

/** Sends a letter as its sender does: the form's page and the providers repeat what was not accepted, with the same id. */
export async function send(
  letter: Letter,
  deployment: Pick<Deployment, 'request' | 'receiveMail'>,
  { tries, pauseMs }: Persistence,
): Promise<Sent> {
  if (letter.sent.by === 'object') {
    await deployment.receiveMail(letter.sent.key, letter.sent.raw);
    return { letter, accepted: true, tries: 1, ticketId: undefined };
  }
  for (let tried = 1; ; tried += 1) {
    const { status, body } = await deployment.request(letter.sent.outgoing);
    if (status >= 200 && status < 300) {
      const ticketId = /"ticket_id":"(tkt_[0-9a-f]{32})"/.exec(body)?.[1];
      return { letter, accepted: true, tries: tried, ticketId };
    }
    // What is wrong with the request stays wrong.
    if (tried === tries || (status >= 400 && status < 500 && status !== 429))
      return { letter, accepted: false, tries: tried, ticketId: undefined };
    const pause = Math.min(pauseMs * 2 ** (tried - 1), LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
