import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Channel } from '../../../src/fte/vocabulary.ts';

/** One request as API Gateway would hand it on, and what the counters must say of it beside its answer. */
export interface Attack {
  /** For the report. */
  readonly kind: string;
  readonly event: APIGatewayProxyEventV2;
  /** Whose door it knocks at. */
  readonly channel?: Channel;
  /** Messages in it that are outside of the replay window. */
  readonly stale?: number;
}

export interface Parts {
  /** As API Gateway spells the route it has found; `$default` where it has found none. */
  readonly route: string;
  readonly method?: string;
  readonly path?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly sourceIp?: string;
}

/** An event of payload format 2.0. Bytes travel as Base64, text as it is, as API Gateway does it. */
export function eventOf(parts: Parts): APIGatewayProxyEventV2 {
  const { route, params, query, headers = {}, body, sourceIp = '203.0.113.9' } = parts;
  const [routeMethod = 'GET', template = '/'] = route.split(' ');
  const method = parts.method ?? (route === '$default' ? 'GET' : routeMethod);
  const path = parts.path ?? template;
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: '',
    headers,
    pathParameters: params,
    queryStringParameters: query,
    requestContext: {
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: '' },
      timeEpoch: Date.now(),
    },
    body: Buffer.isBuffer(body) ? body.toString('base64') : body,
    isBase64Encoded: Buffer.isBuffer(body),
  } as unknown as APIGatewayProxyEventV2;
}
