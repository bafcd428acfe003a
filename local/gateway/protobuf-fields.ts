import { MalformedBody } from './pushed.ts';

export const CUT = 'unexpected EOF';

/** Reads the fields of one message. Every position is checked, so that no byte can lead out of it. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new MalformedBody(CUT);
    this.#at += 1;
    return byte;
  }

  /** An unsigned integer of at most 64 bits, in at most ten bytes, be they needed or not. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.byte();
      value += BigInt(byte & 127) << shift;
      if (byte < 128 && value < 2n ** 64n) return value;
    }
    throw new MalformedBody(CUT);
  }

  take(size: number | bigint): Buffer {
    if (size > this.left) throw new MalformedBody(CUT);
    const start = this.#at;
    this.#at += Number(size);
    return this.#bytes.subarray(start, this.#at);
  }

  skipGroup(): void {
    // A depth and no recursion: a body of start marks alone would exhaust the stack.
    for (let depth = 1; depth > 0; ) {
      const wire = Number(this.varint() & 7n);
      if (wire === 3) depth += 1;
      else if (wire === 4) depth -= 1;
      else readValue(this, wire);
    }
  }
}

/** What a field may hold, by wire type; groups and four bytes are in none that is known. */
export type Value = bigint | number | Buffer | undefined;

function readValue(reader: Reader, wire: number): Value {
  if (wire === 0) return reader.varint();
  if (wire === 1) return reader.take(8).readDoubleLE();
  if (wire === 2) return reader.take(reader.varint());
  if (wire === 3) reader.skipGroup();
  else if (wire === 5) reader.take(4);
  else throw new MalformedBody(`proto: can't skip unknown wire type ${wire}`);
  return undefined;
}

/** Calls `visit` with each field of a message. One of a wire type that `visit` does not expect is unknown to it. */
export function eachField(message: Buffer, visit: (field: number, value: Value) => void): void {
  const reader = new Reader(message);
  while (reader.left > 0) {
    const tag = reader.varint();
    const field = Number(tag >> 3n);
    if (field === 0) throw new MalformedBody('proto: illegal tag 0');
    visit(field, readValue(reader, Number(tag & 7n)));
  }
}
