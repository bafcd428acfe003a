import type { Labels } from '../families.ts';
import type { ProtobufReader } from './protobuf-reader.ts';

const NAME = 0x0a;
const VALUE = 0x12;

/** Room for the texts of some thousand instances. A power of two, as is the least. */
const MOST_SLOTS = 2 ** 15;
const FEWEST_SLOTS = 2 ** 6;
/** About how many bytes bring a text that was not there before. */
const BYTES_A_TEXT = 64;
/** How many slots a text may lie in. Few: what collides on purpose must not become slow. */
const PROBES = 4;

/** One string for the same bytes wherever they stand: a fleet's labels are few texts, each a thousand times. */
class TextTable {
  readonly #reader: ProtobufReader;
  readonly #mask: number;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #texts: string[];

  constructor(reader: ProtobufReader) {
    const wanted = Math.min(Math.max(reader.size / BYTES_A_TEXT, FEWEST_SLOTS), MOST_SLOTS);
    const slots = 2 ** Math.ceil(Math.log2(wanted));
    this.#reader = reader;
    this.#mask = slots - 1;
    this.#starts = new Uint32Array(slots);
    this.#lengths = new Uint32Array(slots);
    this.#texts = Array<string>(slots).fill('');
  }

  text(start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    const hash = this.#reader.hash(start, end);
    let slot = hash & this.#mask;
    for (let probe = 0; probe < PROBES; probe += 1) {
      slot = (hash + probe) & this.#mask;
      const held = this.#lengths[slot];
      if (held === 0) break;
      if (held === length && this.#reader.same(this.#starts[slot] as number, start, length))
        return this.#texts[slot] as string;
    }
    const text = this.#reader.text(start, end);
    this.#starts[slot] = start;
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    return text;
  }
}

function assign(labels: Record<string, string>, name: string, value: string): void {
  // Assigned, this one would be no label but lost.
  if (name === '__proto__')
    Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
  else labels[name] = value;
}

/** A label of the last metric, by its bytes. */
interface Remembered {
  start: number;
  length: number;
  /** How many of them are its name, where that comes first; or none. */
  named: number;
  name: string;
  value: string;
  changed: boolean;
}

/**
 * Reads the labels of metrics and of exemplars.
 *
 * Metrics come sorted by their labels, so that one has the names of the one before it and most of the values: these
 * cost one comparison, and the object is a copy of the last, which is made several times as fast as label by label.
 */
export class LabelReader {
  readonly #reader: ProtobufReader;
  readonly #table: TextTable;
  readonly #remembered: Remembered[] = [];
  #last: Labels = {};
  #lastCount = 0;
  #count = 0;
  #alike = true;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
    this.#table = new TextTable(reader);
  }

  begin(): void {
    this.#count = 0;
  }

  /** Reads the next label of a metric. */
  read(end: number): void {
    const reader = this.#reader;
    const stop = reader.endOf(end);
    const start = reader.at;
    const length = stop - start;
    const before = this.#remembered[this.#count];
    this.#count += 1;
    if (before !== undefined && before.length === length && reader.same(before.start, start, length)) {
      before.changed = false;
      reader.at = stop;
      return;
    }
    let name = '';
    let value = '';
    let named = 0;
    if (before !== undefined && before.named <= length && reader.same(before.start, start, before.named)) {
      ({ name, named } = before);
      reader.at = start + named;
    }
    while (reader.at < stop) {
      const tag = reader.tag();
      if (tag === VALUE) value = this.#text(stop);
      else if (tag === NAME) {
        const first = reader.at === start + 1;
        name = this.#text(stop);
        named = first ? reader.at - start : 0;
      } else reader.skip(tag, stop);
    }
    reader.close(stop);
    if (before === undefined) {
      this.#remembered.push({ start, length, named, name, value, changed: true });
      return;
    }
    if (before.name !== name) this.#alike = false;
    before.start = start;
    before.length = length;
    before.named = named;
    before.name = name;
    before.value = value;
    before.changed = true;
  }

  /** All labels that were read since `begin`. */
  finish(): Labels {
    const count = this.#count;
    const alike = this.#alike && count === this.#lastCount;
    const labels: Record<string, string> = alike ? { ...this.#last } : {};
    for (let index = 0; index < count; index += 1) {
      const { name, value, changed } = this.#remembered[index] as Remembered;
      if (changed || !alike) assign(labels, name, value);
    }
    if (!alike) {
      this.#lastCount = count;
      // Of a label that comes twice the last counts; a copy, changed in one place, would not know which that is.
      this.#alike = Object.keys(labels).length === count;
    }
    this.#last = labels;
    return labels;
  }

  /** Reads a label of an exemplar, whose value is mostly a trace's and comes once. */
  readOnce(labels: Record<string, string>, end: number): void {
    const reader = this.#reader;
    const stop = reader.endOf(end);
    let name = '';
    let value = '';
    while (reader.at < stop) {
      const tag = reader.tag();
      if (tag === NAME) name = this.#text(stop);
      else if (tag === VALUE) {
        const after = reader.endOf(stop);
        value = reader.text(reader.at, after);
        reader.at = after;
      } else reader.skip(tag, stop);
    }
    reader.close(stop);
    assign(labels, name, value);
  }

  #text(end: number): string {
    const stop = this.#reader.endOf(end);
    const text = this.#table.text(this.#reader.at, stop);
    this.#reader.at = stop;
    return text;
  }
}
