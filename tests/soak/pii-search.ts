import { type Identity, PARTS, type Part } from './pii-identities.ts';

export interface Finding {
  readonly identity: number;
  readonly part: Part;
  /** Where it stood, with a little of what was around. */
  readonly excerpt: string;
}

const WORD = /[A-Za-z]{6,}/g;
/** Digits with what people and encodings put between them. */
const NUMBER = /\d(?:(?:%20|[ ().+-]){0,3}\d)*/g;
const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const ENCODED = /%[0-9A-Fa-f]{2}/;
const AROUND = 80;

/** The same text as it may be hidden: percent-encoded, or in Base64. */
function readings(text: string): readonly string[] {
  const found = [text];
  if (ENCODED.test(text)) {
    found.push(
      text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString()),
    );
  }
  for (const [token] of text.matchAll(BASE64)) {
    const plain = Buffer.from(token, 'base64').toString('latin1');
    if (/^[\x20-\x7e\n]{6,}/.test(plain)) found.push(plain);
  }
  return found;
}

/** Finds planted identities in text, in time that grows with the text and not with how many there are. */
export class Search {
  readonly #needles = new Map<string, { identity: number; part: Part }>();
  readonly #lengths: readonly number[];

  constructor(planted: readonly Identity[]) {
    const lengths = new Set<number>();
    for (const { n, needles } of planted) {
      for (const part of PARTS) {
        for (const needle of needles[part]) {
          this.#needles.set(needle, { identity: n, part });
          if (/^\d+$/.test(needle)) lengths.add(needle.length);
        }
      }
    }
    this.#lengths = [...lengths];
  }

  #in(text: string, found: (needle: string, index: number) => void): void {
    for (const { 0: run, index } of text.matchAll(WORD)) {
      const lower = run.toLowerCase();
      // Stuck to other letters it would still be somebody's name.
      for (let at = lower.indexOf('zq'); at !== -1; at = lower.indexOf('zq', at + 1)) {
        const needle = lower.slice(at, at + 8);
        if (this.#needles.has(needle)) found(needle, index + at);
      }
    }
    for (const { 0: run, index } of text.matchAll(NUMBER)) {
      const digits = run.replaceAll('%20', '').replaceAll(/\D/g, '');
      for (const length of this.#lengths) {
        for (let at = 0; at + length <= digits.length; at += 1) {
          const needle = digits.slice(at, at + length);
          if (this.#needles.has(needle)) found(needle, index);
        }
      }
    }
  }

  /** All that is found in one line or answer. */
  in(text: string): readonly Finding[] {
    const findings: Finding[] = [];
    for (const reading of readings(text)) {
      this.#in(reading, (needle, index) => {
        const known = this.#needles.get(needle);
        if (known === undefined) return;
        findings.push({ ...known, excerpt: reading.slice(Math.max(0, index - AROUND), index + AROUND) });
      });
    }
    return findings;
  }
}

/** One place that was searched, honestly: how much there was of it, and what was found. */
export interface Searched {
  readonly place: string;
  /** Lines, or answers. */
  readonly pieces: number;
  readonly bytes: number;
  readonly findings: readonly Finding[];
}

export function searchAll(search: Search, place: string, pieces: readonly string[]): Searched {
  return {
    place,
    pieces: pieces.length,
    bytes: pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0),
    findings: pieces.flatMap((piece) => search.in(piece)),
  };
}
