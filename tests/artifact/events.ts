import type { FunctionDefinition } from '../running/serverless-yml.ts';
import { sqsRecord } from '../running/small-service.ts';

export const request = (route: string, more: object = {}) => {
  const [method = 'GET', path = '/'] = route.split(' ');
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    headers: { 'content-type': 'application/json' },
    pathParameters: { id: 'nobody' },
    queryStringParameters: {},
    requestContext: { http: { method, path, sourceIp: '127.0.0.1' }, timeEpoch: Date.now() },
    isBase64Encoded: false,
    ...more,
  };
};

/** A real message to the form. */
export const FORM = {
  name: 'Ada',
  email: 'ada@example.com',
  subject: 'Clocking in on my phone',
  message: 'How do I clock in with the mobile app when I have no reception?',
};

/** One event of the kind that a function is called with, and what it must answer, by HTTP status or whole, if anything. */
export interface Sample {
  readonly event: unknown;
  readonly status?: number;
  readonly answer?: unknown;
}

const BY_ROUTE: Readonly<Record<string, Omit<Sample, 'event'> & { readonly more?: object }>> = {
  'POST /support/submit': { status: 201, more: { body: JSON.stringify(FORM) } },
  'GET /support/ticket/{id}': { status: 404 },
  'POST /support/ticket/{id}/messages': {
    status: 404,
    more: { body: JSON.stringify({ message: 'And what happens after that?' }) },
  },
  'POST /support/ticket/{id}/feedback': { status: 404, more: { body: JSON.stringify({ rating: 5 }) } },
  'GET /support/tickets': { status: 401 },
  'GET /conversations/{id}': { status: 401 },
  'DELETE /customers/{id}': { status: 401 },
  'GET /health': { status: 200 },
  'GET /metrics': { status: 200 },
  'GET /': { status: 200 },
  'POST /webhooks/twilio': { status: 403, more: { body: 'From=whatsapp%3A%2B1' } },
  'GET /webhooks/meta': { status: 403 },
  'POST /webhooks/email': { status: 401 },
  '*': { status: 404 },
};

/** What a function is sent first. Throws for one whose kind of event nobody thought of. */
export function sampleOf(name: string, { events = [] }: FunctionDefinition): Sample {
  const [first] = events;
  if (first?.httpApi !== undefined) {
    const sample = BY_ROUTE[first.httpApi];
    if (sample === undefined) throw new Error(`no event for ${name}: ${first.httpApi}`);
    const { more, ...expected } = sample;
    return { event: request(first.httpApi === '*' ? 'GET /nowhere' : first.httpApi, more), ...expected };
  }
  if (first?.sqs !== undefined) {
    // What no version ever sent: it is reported as failed, and goes to the dead-letter queue in the end.
    return {
      event: { Records: [sqsRecord('m-1', 'no JSON', 'group')] },
      answer: { batchItemFailures: [{ itemIdentifier: 'm-1' }] },
    };
  }
  if (first?.schedule !== undefined) return { event: { source: 'aws.events' } };
  return { event: { Service: 'Amazon S3', Event: 's3:TestEvent' }, answer: null };
}
