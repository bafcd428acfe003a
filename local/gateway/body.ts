import type { IncomingMessage } from 'node:http';
import { MIMEType, promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseProtobuf } from './parse-protobuf.ts';
import { parseText } from './parse-text.ts';
import { MalformedBody, type PushedMetrics } from './pushed.ts';

/** The most that a body may be, packed and unpacked, in bytes. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** Reads a body of one format. @throws {MalformedBody} */
type Parse = (body: Buffer) => PushedMetrics;

/** One entry a format; the first that accepts a content type reads the body. */
const FORMATS: readonly { readonly accepts: (type: MIMEType) => boolean; readonly parse: Parse }[] = [
  { accepts: (type) => type.essence === 'text/plain', parse: parseText },
  {
    accepts: ({ essence, params }) =>
      essence === 'application/vnd.google.protobuf' &&
      params.get('proto') === 'io.prometheus.client.MetricFamily' &&
      params.get('encoding') === 'delimited',
    parse: parseProtobuf,
  },
];

/** The parser for a content type. What is unknown or missing is tried as text, as gateways do. */
export function parserFor(contentType: string | undefined): Parse {
  let type: MIMEType;
  try {
    type = new MIMEType(contentType ?? '');
  } catch {
    return parseText;
  }
  return FORMATS.find((format) => format.accepts(type))?.parse ?? parseText;
}

const unpack = promisify(gunzip);

/**
 * Reads a request's body, unpacked when it came in gzip. An encoding that is unknown is taken for none.
 *
 * @throws {BodyTooLarge} above 16 MiB. What is left of the body is thrown away, so that an answer can follow.
 * @throws {MalformedBody} when it is not the gzip that it says it is.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > MAX_BODY_BYTES) throw new BodyTooLarge(`body above ${MAX_BODY_BYTES} bytes`);
  const body = Buffer.concat(chunks);
  if (request.headers['content-encoding']?.toLowerCase() !== 'gzip') return body;
  try {
    return await unpack(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new BodyTooLarge(`unpacked body above ${MAX_BODY_BYTES} bytes`, { cause: error });
    throw new MalformedBody(message, { cause: error });
  }
}
