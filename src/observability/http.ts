import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { CORRELATION_HEADER } from './correlation.ts';
import { bodyTooLarge, routeNotFound, ServiceError } from './errors.ts';
import { UNMATCHED } from './library-metrics.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Bytes; a message of 5000 four-byte characters, escaped, with room to spare. */
export const DEFAULT_BODY_LIMIT = 65_536;

/** A request as a handler sees it. */
export interface HttpRequest {
  readonly method: string;
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Header names are lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The caller's address as API Gateway saw it. */
  readonly sourceIp: string;
  /** Milliseconds since the epoch, when API Gateway received it. */
  readonly receivedAt: number;
  /** The body as it came. */
  readonly rawBody: Buffer;
  /** The body as JSON. Throws a 400 (`FTE_BODY_EMPTY`, `FTE_BODY_NOT_UTF8`, `FTE_BODY_NOT_JSON`). */
  json(): unknown;
}

export interface HttpResponse {
  readonly status: number;
  /** Sent as JSON; a string is sent as it is, under `contentType`. */
  readonly body?: unknown;
  /** Instead of a body: sent chunk by chunk where the function streams, else whole. Wants a `contentType`. */
  readonly stream?: AsyncIterable<string | Uint8Array>;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type RouteHandler<T> = (request: HttpRequest, tools: T) => Promise<HttpResponse> | HttpResponse;
/** What a function answers, by API Gateway's route key (`GET /orders/{id}`). */
export type Routes<T> = Readonly<Record<string, RouteHandler<T>>>;

/** What the metrics need to know of a request: method and route template, never the path. */
export function routeOf(event: APIGatewayProxyEventV2, routes: Routes<never>) {
  const key = event.routeKey ?? '$default';
  const method = event.requestContext?.http?.method ?? 'GET';
  const known = Object.hasOwn(routes, key);
  return { key, method, known, endpoint: known ? key.slice(key.indexOf(' ') + 1) : UNMATCHED };
}

function invalidBody(code: string, message: string, cause?: unknown): ServiceError {
  return new ServiceError({ code, type: 'parse', status: 400, message, cause });
}

function parseJson(raw: Buffer): unknown {
  if (raw.length === 0) throw invalidBody('FTE_BODY_EMPTY', 'The body is empty; send a JSON object.');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch (cause) {
    throw invalidBody('FTE_BODY_NOT_UTF8', 'The body is not valid UTF-8.', cause);
  }
  let broken = false;
  const look = (key: string, value: unknown) => {
    // Where somebody decoded broken text before us, U+FFFD is all that is left of the customer's words.
    broken ||= key.includes('\uFFFD') || (typeof value === 'string' && value.includes('\uFFFD'));
    return value;
  };
  let json: unknown;
  try {
    json = JSON.parse(text, look);
  } catch (cause) {
    throw invalidBody('FTE_BODY_NOT_JSON', 'The body is not valid JSON.', cause);
  }
  if (!broken) return json;
  throw invalidBody(
    'FTE_BODY_NOT_UTF8',
    'The body holds replacement characters (U+FFFD): its UTF-8 was broken.',
  );
}

/** API Gateway brings nothing but texts; who invokes the function directly may bring anything. */
function texts(record: Readonly<Record<string, unknown>> | null | undefined): Record<string, string> {
  const pairs = Object.entries(record ?? {});
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

function toRequest(event: APIGatewayProxyEventV2, bodyLimit: number): HttpRequest {
  // serverless-offline passes the JSON `false` and `0` as what they are, not as the text that came.
  const rawBody = Buffer.from(String(event.body ?? ''), event.isBase64Encoded ? 'base64' : 'utf8');
  if (rawBody.length > bodyLimit) throw bodyTooLarge(bodyLimit);
  const headers = Object.entries(texts(event.headers)).map(([name, value]) => [name.toLowerCase(), value]);
  const http = event.requestContext?.http;
  return {
    method: http?.method ?? 'GET',
    params: texts(event.pathParameters),
    query: texts(event.queryStringParameters),
    headers: Object.fromEntries(headers),
    sourceIp: typeof http?.sourceIp === 'string' ? http.sourceIp : 'unknown',
    receivedAt: event.requestContext?.timeEpoch ?? Date.now(),
    rawBody,
    json: () => parseJson(rawBody),
  };
}

/** Finds the route's handler and calls it. Throws a 404 where there is none, a 413 for a body over the limit. */
export async function answer<T>(
  event: APIGatewayProxyEventV2,
  routes: Routes<T>,
  tools: T,
  bodyLimit: number,
): Promise<HttpResponse> {
  const { key, method, known } = routeOf(event, routes as Routes<never>);
  const handler = known ? routes[key] : undefined;
  if (handler === undefined) throw routeNotFound(method, event.rawPath ?? key);
  return handler(toRequest(event, bodyLimit), tools);
}

/** A response in API Gateway's form, with the security headers and the correlation id that the caller may quote. */
export function toGatewayResponse(
  response: HttpResponse,
  correlationId: string,
): APIGatewayProxyStructuredResultV2 {
  const text = typeof response.body === 'string';
  return {
    statusCode: response.status,
    headers: {
      'content-type': response.contentType ?? (text ? 'text/plain; charset=utf-8' : 'application/json'),
      ...SECURITY_HEADERS,
      ...response.headers,
      [CORRELATION_HEADER]: correlationId,
    },
    ...(response.body === undefined
      ? {}
      : { body: text ? String(response.body) : JSON.stringify(response.body) }),
  };
}

/** What a caller learns of an error: its code, its public sentence and the fields; never a stack or a cause. */
export function errorResponse(error: ServiceError, correlationId: string): HttpResponse {
  return {
    status: error.status,
    headers: error.headers,
    body: {
      error: {
        code: error.code,
        message: error.message,
        ...(error.issues.length > 0 ? { issues: error.issues } : {}),
      },
      correlation_id: correlationId,
    },
  };
}
