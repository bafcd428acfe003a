import { ServiceError } from '../../../src/observability/errors.ts';
import type { HttpRequest } from '../../../src/observability/http.ts';
import { read, sumOf } from '../../running/counted.ts';
import { lambdaContext } from '../../running/lambda-context.ts';
import { httpEvent, logLinesOf, smallService } from '../../running/small-service.ts';

type Work = (request: HttpRequest) => Promise<{ status: number; body?: unknown }>;

function shop(work: Work, refused?: (error: ServiceError) => void) {
  const service = smallService();
  const handler = service.instrument({
    function: 'orders',
    component: 'shop',
    trigger: 'http',
    bodyLimit: 1000,
    ...(refused === undefined ? {} : { refused }),
    routes: { 'POST /orders': work, 'GET /orders/{id}': work },
  });
  const call = async (event: object, remainingMs?: number) =>
    (await handler(event, lambdaContext(remainingMs))) as {
      statusCode: number;
      headers: Record<string, string>;
      body: string;
    };
  return { ...service, call };
}

const ok: Work = async () => ({ status: 200, body: { fine: true } });

describe('one request', () => {
  test('is counted by route template, timed, logged once, and answered with its correlation id', async () => {
    const { call, metrics } = shop(ok);
    let response: Awaited<ReturnType<typeof call>> | undefined;
    const lines = await logLinesOf(async () => {
      response = await call(
        httpEvent('GET /orders/{id}', { rawPath: '/orders/77', headers: { 'X-Correlation-ID': 'mine-1' } }),
      );
    });
    expect(response).toMatchObject({
      statusCode: 200,
      headers: { 'x-correlation-id': 'mine-1' },
      body: '{"fine":true}',
    });
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'INFO', service: 'shop', message: 'request', function: 'orders', cold_start: true,
        correlation_id: 'mine-1', request_id: expect.any(String), endpoint: '/orders/{id}', status: 200,
      }),
    ]); // biome-ignore format: one line of log
    const families = await metrics.snapshot();
    expect(
      read(families, 'fte_http_requests_total', {
        method: 'GET',
        endpoint: '/orders/{id}',
        status_code: '200',
      }).value,
    ).toBe(1);
    expect(
      read(families, 'fte_http_request_duration_seconds', { method: 'GET', endpoint: '/orders/{id}' }).value,
    ).toBe(1);
    expect(
      read(families, 'fte_lambda_invocations_total', { function: 'orders', outcome: 'success' }).value,
    ).toBe(1);
    expect(read(families, 'fte_lambda_cold_starts_total', { function: 'orders' }).value).toBe(1);
  });

  test('the second one is no cold start', async () => {
    const { call, metrics } = shop(ok);
    await call(httpEvent('POST /orders', { body: '{}' }));
    const lines = await logLinesOf(() => call(httpEvent('POST /orders', { body: '{}' })));
    expect(lines[0]).toMatchObject({ cold_start: false });
    expect(read(await metrics.snapshot(), 'fte_lambda_cold_starts_total', { function: 'orders' }).value).toBe(
      1,
    );
  });

  test('an unknown route is a 404 under __unmatched__, without its path in any label', async () => {
    const { call, metrics } = shop(ok);
    const response = await call(httpEvent('$default', { rawPath: '/secret/path' }));
    expect(response.statusCode).toBe(404);
    expect(JSON.parse(response.body)).toMatchObject({ error: { code: 'FTE_ROUTE_NOT_FOUND' } });
    const families = await metrics.snapshot();
    expect(
      sumOf(families, 'fte_http_requests_total', { endpoint: '__unmatched__', status_code: '404' }),
    ).toBe(1);
    expect(JSON.stringify(families)).not.toContain('secret');
  });
});

describe('errors', () => {
  test('what nobody foresaw is a 500 that says nothing about the inside; the log has it all', async () => {
    const { call, metrics } = shop(async () => {
      throw new TypeError('connect ECONNREFUSED db-7.internal for ada@example.com');
    });
    let response: Awaited<ReturnType<typeof call>> | undefined;
    const lines = await logLinesOf(async () => {
      response = await call(httpEvent('POST /orders', { headers: { 'x-correlation-id': 'c-1' } }));
    });
    expect(response?.statusCode).toBe(500);
    expect(JSON.parse(response?.body ?? '')).toEqual({
      error: { code: 'FTE_INTERNAL', message: expect.stringMatching(/our side/) },
      correlation_id: 'c-1',
    });
    expect(response?.body).not.toMatch(/ECONNREFUSED|db-7|TypeError|at /);
    const error = lines.find(({ level }) => level === 'ERROR');
    expect(JSON.stringify(error)).toMatch(/ECONNREFUSED db-7/);
    expect(JSON.stringify(lines)).not.toContain('ada@example.com');
    const families = await metrics.snapshot();
    expect(
      read(families, 'fte_errors_total', { error_type: 'internal', component: 'shop', severity: 'high' })
        .value,
    ).toBe(1);
    expect(sumOf(families, 'fte_errors_total')).toBe(1);
    expect(
      read(families, 'fte_lambda_invocations_total', { function: 'orders', outcome: 'error' }).value,
    ).toBe(1);
    expect(sumOf(families, 'fte_http_requests_total', { status_code: '500' })).toBe(1);
  });

  test('a known one keeps its status, code, sentence, fields and headers, and is counted where it belongs', async () => {
    const { call, metrics } = shop(async () => {
      throw new ServiceError({
        code: 'SHOP_NO_STOCK', type: 'validation', status: 409, message: 'Sold out.', component: 'stock',
        issues: [{ field: 'item', reason: 'is sold out' }], headers: { 'retry-after': '60' }, cause: new Error('inside'),
      }); // biome-ignore format: a table
    });
    const response = await call(httpEvent('POST /orders'));
    expect(response).toMatchObject({ statusCode: 409, headers: { 'retry-after': '60' } });
    expect(JSON.parse(response.body).error).toEqual({
      code: 'SHOP_NO_STOCK',
      message: 'Sold out.',
      issues: [{ field: 'item', reason: 'is sold out' }],
    });
    const families = await metrics.snapshot();
    expect(
      read(families, 'fte_errors_total', { error_type: 'validation', component: 'stock', severity: 'low' })
        .value,
    ).toBe(1);
    expect(
      read(families, 'fte_lambda_invocations_total', { function: 'orders', outcome: 'success' }).value,
    ).toBe(1);
  });

  test('a handler that does not end is answered in time, and counted as what it is', async () => {
    const { call, metrics } = shop(() => new Promise(() => undefined));
    const response = await call(httpEvent('POST /orders'), 500);
    expect(response.statusCode).toBe(504);
    const families = await metrics.snapshot();
    expect(
      read(families, 'fte_errors_total', { error_type: 'timeout', component: 'shop', severity: 'medium' })
        .value,
    ).toBe(1);
    expect(sumOf(families, 'fte_http_requests_total', { status_code: '504' })).toBe(1);
  });

  test('refused() hears of every 4xx on its routes, and of nothing else', async () => {
    const heard: number[] = [];
    const { call } = shop(
      async (request) => {
        const { status } = request.json() as { status: number };
        if (status >= 400) throw new ServiceError({ code: 'X', type: 'internal', status, message: 'm' });
        return { status };
      },
      ({ status }) => heard.push(status),
    );
    for (const body of ['{"status":200}', '{"status":422}', '{"status":500}', 'nonsense', ' '.repeat(2000)]) {
      await call(httpEvent('POST /orders', { body }));
    }
    await call(httpEvent('$default'));
    expect(heard).toEqual([422, 400, 413]);
  });
});

describe('bodies', () => {
  const echo: Work = async (request) => ({ status: 200, body: request.json() });
  const base64 = (bytes: readonly number[] | string) => ({
    body: Buffer.from(bytes as string).toString('base64'),
    isBase64Encoded: true,
  });

  test.each<[string, object, number, string]>([
    ['none', {}, 400, 'FTE_BODY_EMPTY'],
    ['an empty one', { body: '' }, 400, 'FTE_BODY_EMPTY'],
    ['a truncated one', { body: '{"a":' }, 400, 'FTE_BODY_NOT_JSON'],
    ['broken UTF-8', base64([0x7b, 0xff, 0x7d]), 400, 'FTE_BODY_NOT_UTF8'],
    ['replacement characters', { body: '{"a":"\uFFFD"}' }, 400, 'FTE_BODY_NOT_UTF8'],
    ['escaped replacement characters', { body: '{"a":["x\\ufffd"]}' }, 400, 'FTE_BODY_NOT_UTF8'],
    ['one over the limit', { body: `"${'x'.repeat(1000)}"` }, 413, 'FTE_BODY_TOO_LARGE'],
    ['one over the limit in bytes', { body: `"${'ü'.repeat(600)}"` }, 413, 'FTE_BODY_TOO_LARGE'],
  ])('%s is refused', async (_, event, status, code) => {
    const { call } = shop(echo);
    const response = await call(httpEvent('POST /orders', event));
    expect(response.statusCode).toBe(status);
    expect(JSON.parse(response.body).error.code).toBe(code);
  });

  test.each<[string, object, unknown]>([
    ['text', { body: '{"a":"ü"}' }, { a: 'ü' }],
    ['base64', base64('{"a":"ü"}'), { a: 'ü' }],
    ['false, as serverless-offline passes it,', { body: false }, false],
  ])('%s is read', async (_, event, body) => {
    const { call } = shop(echo);
    expect(JSON.parse((await call(httpEvent('POST /orders', event))).body)).toEqual(body);
  });
});

test('an invocation with nothing at all is answered and counted', async () => {
  const { call, metrics } = shop(ok);
  expect((await call(null as unknown as object)).statusCode).toBe(404);
  expect(sumOf(await metrics.snapshot(), 'fte_http_requests_total')).toBe(1);
});

test('of what a direct invocation brings, nothing but texts reaches a handler', async () => {
  const { call } = shop(async ({ headers, params, query, sourceIp }) => ({
    status: 200,
    body: { headers, params, query, sourceIp },
  }));
  const odd = { number: 7, list: ['a'], nothing: null, flag: true, object: {}, TEXT: 'a' };
  const event = httpEvent('GET /orders/{id}', {
    headers: odd,
    pathParameters: odd,
    queryStringParameters: odd,
    requestContext: { http: { method: 'GET', sourceIp: 127 } },
  });
  expect(JSON.parse((await call(event)).body)).toEqual({
    headers: { text: 'a' },
    params: { TEXT: 'a' },
    query: { TEXT: 'a' },
    sourceIp: 'unknown',
  });
  for (const none of [null, 7, 'text']) {
    const empty = { headers: none, pathParameters: none, queryStringParameters: none };
    expect((await call(httpEvent('GET /orders/{id}', empty))).statusCode).toBe(200);
  }
});

test('requests that overlap in one process keep their own correlation ids', async () => {
  const gates: (() => void)[] = [];
  const { call, log } = shop(async () => {
    await new Promise<void>((resolve) => gates.push(resolve));
    log.info('inside');
    return { status: 200 };
  });
  const lines = await logLinesOf(async () => {
    const calls = ['a', 'b', 'c'].map((id) =>
      call(httpEvent('POST /orders', { headers: { 'x-correlation-id': id } })),
    );
    while (gates.length < 3) await new Promise(setImmediate);
    for (const open of gates.reverse()) open();
    const answers = await Promise.all(calls);
    expect(answers.map(({ headers }) => headers['x-correlation-id'])).toEqual(['a', 'b', 'c']);
  });
  const inside = lines
    .filter(({ message }) => message === 'inside')
    .map(({ correlation_id }) => correlation_id);
  expect(inside).toEqual(['c', 'b', 'a']);
});

test('a response in chunks is answered whole where nothing streams', async () => {
  const { instrument } = smallService();
  const handler = instrument({
    function: 'orders',
    component: 'shop',
    trigger: 'http',
    streams: true,
    routes: {
      'POST /orders': () => ({
        status: 200,
        contentType: 'text/plain; charset=utf-8',
        stream: (async function* () {
          yield 'grüß ';
          yield Buffer.from('dich');
        })(),
      }),
    },
  });
  const response = await handler(httpEvent('POST /orders'), lambdaContext());
  const { body, isBase64Encoded } = response as { body: string; isBase64Encoded: boolean };
  expect(isBase64Encoded).toBe(true);
  expect(Buffer.from(body, 'base64').toString()).toBe('grüß dich');
});
