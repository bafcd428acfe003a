import { FATES, type Fate, fateOf } from './fate.ts';
import { ROADS, type Road } from './letters.ts';
import type { Sent } from './sending.ts';
import type { DeadLetter, News, Sends, Stored } from './witness.ts';

/** One row: what became of how many messages, by their road. */
export interface LedgerRow {
  readonly fate: Fate;
  readonly byRoad: Readonly<Record<Road, number>>;
}
export interface Ledger {
  /** Their sum is what was sent. */
  readonly rows: readonly LedgerRow[];
  /** Each message that has no end, or one that contradicts itself. */
  readonly wrong: readonly string[];
  /** What the database has of each of them. */
  readonly stored: readonly Stored[];
}

/** Accounts for every message that was sent, one row a message and no message twice. */
export async function accountFor(
  sent: readonly Sent[],
  look: (messageId: string) => Promise<Stored>,
  evidence: {
    readonly deadLetters: readonly DeadLetter[];
    readonly news: readonly News[];
    readonly sends: Sends;
  },
): Promise<Ledger> {
  const ends: { readonly fate: Fate; readonly road: Road }[] = [];
  const wrong: string[] = [];
  const stored: Stored[] = [];
  for (const one of sent) {
    const { messageId, road } = one.letter;
    const found = await look(messageId);
    stored.push(found);
    const verdict = fateOf(one, { ...evidence, stored: found });
    ends.push({ fate: verdict.fate, road });
    if (verdict.wrong !== undefined) wrong.push(`${messageId}: ${verdict.wrong}`);
  }
  const count = (fate: Fate, road: Road) =>
    ends.filter((end) => end.fate === fate && end.road === road).length;
  const rows = FATES.map((fate) => ({
    fate,
    byRoad: Object.fromEntries(ROADS.map((road) => [road, count(fate, road)])) as Record<Road, number>,
  }));
  return { rows, wrong, stored };
}
