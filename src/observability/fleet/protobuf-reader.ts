/**
 * Reads the fields of protocol buffers where they lie, copying nothing.
 *
 * A position may run past the end of a message, for the length of one field: {@link ProtobufReader.close} finds it,
 * which costs less than a look at every byte.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufReader {
  /** The next byte to be read. */
  at = 0;
  readonly #bytes: Buffer;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** An unsigned integer of at most 64 bits, above 2^53 the nearest that a double can hold. */
  varint(): number {
    const first = this.#bytes[this.at];
    if (first !== undefined && first < 128) {
      this.at += 1;
      return first;
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    const start = this.at;
    let value = 0;
    let factor = 1;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.#bytes[start + index];
      if (byte === undefined) throw new Error(`the body ends within the number at byte ${start}`);
      // 64 bits leave one for the tenth byte.
      if (index === 9 && byte > 1) break;
      value += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) {
        this.at = start + index + 1;
        return value;
      }
    }
    throw new Error(`the number at byte ${start} is longer than 64 bits`);
  }

  /** A field's number, times 8, and its wire type. */
  tag(): number {
    const start = this.at;
    const tag = this.varint();
    if (tag < 8 || tag >= 2 ** 32) throw new Error(`the field at byte ${start} has no number that may be`);
    return tag;
  }

  double(): number {
    const start = this.at;
    if (start + 8 > this.size) throw new Error(`the body ends within the number at byte ${start}`);
    this.at = start + 8;
    return this.#view.getFloat64(start, true);
  }

  /** Reads a length, and returns where what is so long ends. */
  endOf(end: number): number {
    const start = this.at;
    const length = this.varint();
    const stop = this.at + length;
    if (stop > end)
      throw new Error(`the length of ${length} at byte ${start} leads beyond the end at byte ${end}`);
    return stop;
  }

  /** Ends a message: whether its last field was whole. */
  close(end: number): void {
    if (this.at !== end) throw new Error(`a field leads beyond the end of its message at byte ${end}`);
  }

  /** Passes over a field's value. */
  skip(tag: number, end: number): void {
    const wire = tag & 7;
    if (wire === 0) this.varint();
    else if (wire === 1) this.at += 8;
    else if (wire === 2) this.at = this.endOf(end);
    else if (wire === 3) this.#skipGroup(end);
    else if (wire === 5) this.at += 4;
    else
      throw new Error(`the field that is read to byte ${this.at} is of wire type ${wire}, which may not be`);
  }

  #skipGroup(end: number): void {
    const start = this.at;
    // A depth and no recursion: a body of start marks alone would exhaust the stack.
    for (let depth = 1; depth > 0; ) {
      if (this.at >= end) throw new Error(`the group that begins before byte ${start} does not end`);
      const tag = this.tag();
      if ((tag & 7) === 3) depth += 1;
      else if ((tag & 7) === 4) depth -= 1;
      else this.skip(tag, end);
    }
  }

  /** A text as it is, made anew each time. What is no UTF-8 becomes replacement characters. */
  text(start: number, end: number): string {
    return this.#bytes.toString('utf8', start, end);
  }

  /** Whether the same `length` bytes stand at two places. */
  same(a: number, b: number, length: number): boolean {
    const bytes = this.#bytes;
    for (let index = 0; index < length; index += 1) if (bytes[a + index] !== bytes[b + index]) return false;
    return true;
  }

  hash(start: number, end: number): number {
    const bytes = this.#bytes;
    let hash = -2128831035;
    for (let index = start; index < end; index += 1)
      hash = Math.imul(hash ^ (bytes[index] as number), 16777619);
    return hash ^ (hash >>> 15);
  }
}
