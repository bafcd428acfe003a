// What a storm must have shown, judged from what the hosts wrote down, what the gateways were seen to hold and what
// Prometheus scraped. It shares no line with the code that it judges.
import { SAMPLES, zeroes } from './samples.ts';

export interface Taken {
  readonly at: number;
  readonly id: string;
  readonly sequence: number;
}
export interface Counted {
  readonly at: number;
  readonly deltas: readonly (readonly [place: number, n: number])[];
}

/** Of one sample, in whole units, and as Prometheus has it: every scrape, ascending. */
export type UnitScrapes = readonly (readonly [at: number, units: number, raw: number])[];

export interface Evidence {
  readonly counted: readonly Counted[];
  /** What the entry with this id and sequence number held, by `entryKey`. */
  readonly pushed: ReadonlyMap<string, readonly number[]>;
  /** The instance was told that it is taken. */
  readonly acknowledged: readonly Taken[];
  /** A gateway had it; `at` is when that was known. */
  readonly taken: readonly Taken[];
  /** By the sample's place. */
  readonly scrapes: ReadonlyMap<number, UnitScrapes>;
  /** When the last complete fold began to read, in milliseconds, as it was scraped together with the rest. */
  readonly folds: readonly (readonly [at: number, began: number])[];
  /** How long each scrape took, in milliseconds, by its time. */
  readonly scrapeMs: ReadonlyMap<number, number>;
  /** For so long a series that is new shows 0, in milliseconds. */
  readonly debutMs: number;
  /** When something was lost that the rules can not save. */
  readonly losses: readonly Loss[];
}

/** What may be missing for good since then. */
export interface Loss {
  readonly from: number;
  readonly until: number;
  /**
   * Undefined: a gateway was lost, and with it what was taken in between and never pushed again. Otherwise the ledger:
   * what was taken in between, and whatever an id says later that had been silent since then.
   */
  readonly silentSince?: number;
}

export type ViolationKind = 'dip' | 'above truth' | 'below acknowledged' | 'debut' | 'end';
export interface Violation {
  readonly kind: ViolationKind;
  readonly sample: string;
  readonly at: number;
  readonly value: number;
  readonly bound: number;
}

/** The numbers of one sample when all is over, in units. */
export interface EndState {
  readonly sample: string;
  readonly scale: number;
  readonly truth: number;
  readonly reached: number;
  readonly published: number | undefined;
}
export interface Verdict {
  readonly violations: readonly Violation[];
  readonly end: readonly EndState[];
  readonly scrapes: number;
  /** Instances' ids of which a gateway had anything. */
  readonly ids: number;
}

export const entryKey = (id: string, sequence: number) => `${id}/${sequence}`;

/** Prometheus moves a scrape's time by up to 2 ms, so that its times lie even. */
const ALIGNED_MS = 3;

type Vector = number[];
const add = (sum: Vector, more: readonly number[], sign = 1) => {
  for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + sign * (more[i] ?? 0);
};

/** Sums that grow with time: asked for at ascending moments only. */
function sweep<T extends { readonly at: number }>(
  events: readonly T[],
  apply: (sum: Vector, event: T) => void,
) {
  const ordered = events.toSorted((a, b) => a.at - b.at);
  const sum = zeroes();
  let next = 0;
  return (until: number): readonly number[] => {
    for (let event = ordered[next]; event !== undefined && event.at < until; event = ordered[++next])
      apply(sum, event);
    return sum;
  };
}

/** The sum over all ids of the newest entry that counts. */
function newestEntries(evidence: Evidence) {
  const newest = new Map<string, number>();
  return (sum: Vector, { id, sequence }: Taken) => {
    const before = newest.get(id) ?? 0;
    const content = evidence.pushed.get(entryKey(id, sequence));
    if (sequence <= before || content === undefined) return;
    add(sum, evidence.pushed.get(entryKey(id, before)) ?? [], -1);
    add(sum, content);
    newest.set(id, sequence);
  };
}

/** When an id was drawn: it begins with that. */
const drawnAt = (id: string) => Number.parseInt(id.slice(0, 9), 36);

interface Step {
  readonly at: number;
  readonly content: readonly number[];
  readonly sign: 1 | -1;
}

/** What one loss may have cost, entry by entry, and when it is there again. */
function stepsOf({ from, until, silentSince }: Loss, { taken, pushed, losses }: Evidence): readonly Step[] {
  // What an earlier loss took was known to nobody but the gateway.
  const unread = ({ at }: Taken) =>
    losses.some((loss) => loss.from < from && at >= loss.from && at <= loss.until);
  const byId = Map.groupBy(taken, ({ id }) => id);
  return [...byId].flatMap(([id, all]) => {
    const ordered = all.toSorted((a, b) => a.sequence - b.sequence);
    const early = ordered.findLast((one) => one.at < from && !unread(one));
    const again = ordered.find(({ at }) => at > until);
    const unknown =
      silentSince !== undefined && (early === undefined ? drawnAt(id) <= until : early.at < silentSince);
    let known = early?.sequence ?? 0;
    return ordered.flatMap(({ at, sequence }): Step[] => {
      if (sequence <= known || at < from || (at > until && !unknown)) return [];
      const content = [...(pushed.get(entryKey(id, sequence)) ?? zeroes())];
      add(content, pushed.get(entryKey(id, known)) ?? [], -1);
      known = sequence;
      const step: Step = { at, content, sign: 1 };
      // Its next push brings all of it again, where the ledger itself was not lost.
      const saved = silentSince === undefined && again !== undefined && again.sequence > sequence;
      return saved ? [step, { ...step, at: again.at, sign: -1 }] : [step];
    });
  });
}

/** What the losses may have cost, at most, of what was taken until then. */
export function allowance(evidence: Evidence): (until: number) => readonly number[] {
  const steps = evidence.losses.flatMap((loss) => stepsOf(loss, evidence));
  return sweep(steps, (sum, { content, sign }) => add(sum, content, sign));
}

/** When the published folds began to read, the newest last, as far as they had been scraped. */
function foldsSeen(folds: Evidence['folds']): (at: number) => readonly number[] {
  const seen: number[] = [];
  let next = 0;
  return (until) => {
    for (let fold = folds[next]; fold !== undefined && fold[0] <= until; fold = folds[++next])
      if (fold[1] > (seen.at(-1) ?? 0)) seen.push(fold[1]);
    return seen;
  };
}

/**
 * From when on a new series shows its value: the fold after the one that published it first has seen it there, and the
 * one after that began later than this was noted.
 */
function debutOver(firstFold: number, folds: readonly number[], debutMs: number): boolean {
  const noted = folds[folds.findIndex((began) => began > firstFold) + 1];
  return noted !== undefined && noted > firstFold && (folds.at(-1) ?? 0) >= noted + debutMs;
}

function scrapeTimes({ scrapes }: Evidence): readonly number[] {
  return [...new Set([...scrapes.values()].flatMap((all) => all.map(([at]) => at)))].toSorted(
    (a, b) => a - b,
  );
}

/** Judges every scrape of every sample, and the end. */
export function judge(evidence: Evidence): Verdict {
  const { scrapes, debutMs } = evidence;
  const violations: Violation[] = [];
  const times = scrapeTimes(evidence);
  const countedBy = sweep(evidence.counted, (sum, { deltas }) => {
    for (const [place, n] of deltas) sum[place] = (sum[place] ?? 0) + n;
  });
  const acknowledgedBy = sweep(evidence.acknowledged, newestEntries(evidence));
  const lostBy = allowance(evidence);
  const foldsAt = foldsSeen(evidence.folds);
  const cursor = new Map<number, number>();
  const highest = new Map<number, number>();
  /** The newest fold when a sample was first seen. */
  const firstFold = new Map<number, number>();

  for (const at of times) {
    const most = countedBy(at + (evidence.scrapeMs.get(at) ?? 0) + ALIGNED_MS);
    const folds = foldsAt(at);
    // The last published one but one.
    const fold = folds.at(-2);
    const least = fold === undefined ? undefined : acknowledgedBy(fold);
    const lost = lostBy(fold ?? 0);
    for (const [place, all] of scrapes) {
      const index = cursor.get(place) ?? 0;
      const [time, value, raw] = all[index] ?? [];
      if (time !== at || value === undefined || raw === undefined) continue;
      cursor.set(place, index + 1);
      const sample = SAMPLES[place]?.key ?? '';
      const report = (kind: ViolationKind, bound: number) =>
        violations.push({ kind, sample, at, value, bound });
      const before = highest.get(place);
      if (before === undefined && value !== 0) report('debut', 0);
      // The last digit counts: Prometheus takes whatever goes down for a restart.
      if (before !== undefined && raw < before) report('dip', before);
      highest.set(place, Math.max(before ?? 0, raw));
      const first = firstFold.get(place) ?? folds.at(-1) ?? 0;
      firstFold.set(place, first);
      if (value > (most[place] ?? 0)) report('above truth', most[place] ?? 0);
      const bound = (least?.[place] ?? 0) - (lost[place] ?? 0);
      if (value < bound && debutOver(first, folds, debutMs)) report('below acknowledged', bound);
    }
  }

  const forever = Number.POSITIVE_INFINITY;
  const truth = countedBy(forever);
  const reached = sweep(evidence.taken, newestEntries(evidence))(forever);
  const lost = lostBy(forever);
  const end = SAMPLES.map(({ key, scale }, place) => ({
    sample: key,
    scale,
    truth: truth[place] ?? 0,
    reached: reached[place] ?? 0,
    published: scrapes.get(place)?.at(-1)?.[1],
  }));
  end.forEach(({ sample, reached: most, published = 0 }, place) => {
    const least = most - (lost[place] ?? 0);
    if (published >= least && published <= most) return;
    violations.push({ kind: 'end', sample, at: times.at(-1) ?? 0, value: published, bound: most });
  });
  return { violations, end, scrapes: times.length, ids: new Set(evidence.taken.map(({ id }) => id)).size };
}
