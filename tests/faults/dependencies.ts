/** What the service calls over the network, and how each of them says that it can't. */

export const DEPENDENCIES = [
  'dynamodb',
  'sqs',
  's3',
  'ses',
  'twilio',
  'meta',
  'model',
  'team',
  'gateway',
] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

export const FAULTS = ['slow', 'failing', 'reset', 'throttled', 'wrong', 'answer lost'] as const;
/**
 * `slow`: held until the caller gives up, and carried out after that. `failing`, `throttled`: an error in the service's
 * own format, nothing carried out. `reset`: the connection breaks off, nothing carried out. `wrong`: a page of somebody
 * else's, nothing carried out. `answer lost`: carried out, then the connection breaks off.
 */
export type Fault = (typeof FAULTS)[number];

export interface Spoken {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Spoken => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const amazon = (status: number, type: string): Spoken =>
  json(status, { __type: type, message: 'injected' }, { 'content-type': 'application/x-amz-json-1.0' });
const xml = (status: number, code: string): Spoken => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and its like. */
const ERRORS: Readonly<Record<Dependency, Readonly<Record<'failing' | 'throttled', Spoken>>>> = {
  dynamodb: {
    failing: amazon(500, 'com.amazonaws.dynamodb.v20120810#InternalServerError'),
    throttled: amazon(400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'),
  },
  sqs: {
    failing: amazon(500, 'com.amazonaws.sqs#InternalError'),
    throttled: amazon(400, 'com.amazonaws.sqs#RequestThrottled'),
  },
  s3: { failing: xml(500, 'InternalError'), throttled: xml(503, 'SlowDown') },
  ses: {
    failing: json(500, { message: 'injected' }, { 'x-amzn-errortype': 'InternalServiceErrorException' }),
    throttled: json(429, { message: 'injected' }, { 'x-amzn-errortype': 'TooManyRequestsException' }),
  },
  twilio: {
    failing: json(500, { code: 20500, message: 'injected', status: 500 }),
    throttled: json(429, { code: 20429, message: 'injected', status: 429 }),
  },
  meta: {
    failing: json(500, { error: { code: 131000, message: 'injected' } }),
    throttled: json(429, { error: { code: 130429, message: 'injected' } }),
  },
  model: {
    failing: json(500, { error: { message: 'injected', type: 'server_error' } }),
    throttled: json(429, { error: { message: 'injected', code: 'rate_limit_exceeded' } }),
  },
  team: { failing: json(500, { error: 'injected' }), throttled: json(429, { error: 'rate_limited' }) },
  gateway: {
    failing: { status: 500, headers: { 'content-type': 'text/plain' }, body: 'injected' },
    throttled: { status: 429, headers: { 'content-type': 'text/plain' }, body: 'injected' },
  },
};

/** What a dependency answers under a fault that has an answer. */
export function spoken(dependency: Dependency, fault: 'failing' | 'throttled' | 'wrong'): Spoken {
  if (fault !== 'wrong') return ERRORS[dependency][fault];
  const body = '<html><body>Welcome to the network of this hotel.</body></html>';
  return { status: 200, headers: { 'content-type': 'text/html' }, body };
}
