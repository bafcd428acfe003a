import { seriesKey } from '../../src/observability/families.ts';
import { parseFloat64, toUint64 } from './go-format.ts';
import { MalformedBody, type PushedFamily, type PushedMetrics } from './pushed.ts';
import { LineError, readLine, type TextLine } from './text-line.ts';

/** A body that is not in the text format. */
export class TextFormatError extends MalformedBody {
  override readonly name = 'TextFormatError';
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number, reason: string) {
    super(`text format parsing error in line ${line}: ${reason}`);
    this.line = line;
  }
}

const TYPES = ['counter', 'gauge', 'untyped', 'histogram', 'summary'] as const;
type FamilyType = (typeof TYPES)[number];

/** A series while its lines come in, of whatever type. */
interface Draft {
  readonly labels: Record<string, string>;
  /** The value; for a histogram or a summary its sum. */
  value: number;
  count: bigint;
  readonly buckets: [edge: number, count: bigint][];
  readonly quantiles: [quantile: number, value: number][];
}
interface FamilyDraft {
  readonly name: string;
  help: string | undefined;
  type: FamilyType | undefined;
  readonly series: Draft[];
  /** Series that take several lines, by their labels. */
  readonly byLabels: Map<string, Draft>;
}
type Sample = Extract<TextLine, { kind: 'sample' }>;

const SUFFIXES = { summary: /_(count|sum)$/, histogram: /_(count|sum|bucket)$/ } as const;

class Families {
  readonly byName = new Map<string, FamilyDraft>();

  /** The family that a name belongs to, made if need be: `x_sum` is a line of `x` where that is a histogram. */
  of(name: string): FamilyDraft {
    const exact = this.byName.get(name);
    if (exact !== undefined) return exact;
    for (const type of ['summary', 'histogram'] as const) {
      const owner = this.byName.get(name.replace(SUFFIXES[type], ''));
      if (owner?.type === type) return owner;
    }
    const made: FamilyDraft = { name, help: undefined, type: undefined, series: [], byLabels: new Map() };
    this.byName.set(name, made);
    return made;
  }

  describe({ kind, name, text }: Extract<TextLine, { kind: 'help' | 'type' }>): void {
    const family = this.of(name);
    if (kind === 'help') {
      if (family.help !== undefined)
        throw new LineError(`second HELP line for metric name ${JSON.stringify(family.name)}`);
      family.help = text;
      return;
    }
    if (family.type !== undefined) {
      const which = JSON.stringify(family.name);
      throw new LineError(`second TYPE line for metric name ${which}, or TYPE reported after samples`);
    }
    family.type = TYPES.find((type) => type === text.toLowerCase());
    if (family.type === undefined) throw new LineError(`unknown metric type ${JSON.stringify(text)}`);
  }

  add(sample: Sample): void {
    const family = this.of(sample.name);
    family.type ??= 'untyped';
    const { type } = family;
    if (type !== 'histogram' && type !== 'summary') {
      const labels = Object.fromEntries(sample.labels);
      family.series.push({ labels, value: sample.value, count: 0n, buckets: [], quantiles: [] });
      return;
    }
    const partLabel = type === 'histogram' ? 'le' : 'quantile';
    const part = sample.labels.find(([label]) => label === partLabel)?.[1];
    const edge = part === undefined ? Number.NaN : parseFloat64(part);
    if (edge === undefined)
      throw new LineError(`expected float as value for '${partLabel}' label, got ${JSON.stringify(part)}`);
    const labels = Object.fromEntries(sample.labels.filter(([label]) => label !== partLabel));
    const key = seriesKey(labels);
    let draft = family.byLabels.get(key);
    if (draft === undefined) {
      draft = { labels, value: 0, count: 0n, buckets: [], quantiles: [] };
      family.byLabels.set(key, draft);
      family.series.push(draft);
    }
    const suffix = sample.name === family.name ? '' : sample.name.slice(family.name.length);
    if (suffix === '_count') draft.count = toUint64(sample.value);
    else if (suffix === '_sum') draft.value = sample.value;
    else if (Number.isNaN(edge)) return;
    else if (type === 'histogram') draft.buckets.push([edge, toUint64(sample.value)]);
    else draft.quantiles.push([edge, sample.value]);
  }
}

function finished({ name, help, type, series }: FamilyDraft): PushedFamily {
  switch (type) {
    case 'histogram':
      return {
        name,
        help,
        type,
        series: series.map((s) => ({ labels: s.labels, buckets: s.buckets, sum: s.value, count: s.count })),
      };
    case 'summary':
      return {
        name,
        help,
        type,
        series: series.map((s) => ({
          labels: s.labels,
          quantiles: s.quantiles,
          sum: s.value,
          count: s.count,
        })),
      };
    default:
      return {
        name,
        help,
        type: type ?? 'untyped',
        series: series.map((s) => ({ labels: s.labels, value: s.value })),
      };
  }
}

/**
 * Reads a body in Prometheus' text format 0.0.4. Families without samples are left out.
 *
 * @throws {TextFormatError} at the first line that is not in the format.
 */
export function parseText(body: Buffer): PushedMetrics {
  const families = new Families();
  let timestamped = false;
  const lines = body.toString('latin1').split('\n');
  for (const [index, text] of lines.entries()) {
    try {
      const line = readLine(index === lines.length - 1 ? text : `${text}\n`);
      if (line.kind === 'nothing') continue;
      if (line.kind === 'sample') {
        families.add(line);
        timestamped ||= line.timestamped;
      } else families.describe(line);
    } catch (error) {
      throw error instanceof LineError ? new TextFormatError(index + 1, error.message) : error;
    }
  }
  const held = [...families.byName.values()].filter((family) => family.series.length > 0);
  return { families: new Map(held.map((family) => [family.name, finished(family)])), timestamped };
}
