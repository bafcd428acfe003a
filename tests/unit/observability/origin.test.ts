import fc from 'fast-check';
import { isCorrelationId } from '../../../src/observability/correlation.ts';
import { originOfEvent, originOfHeaders, originOfMessage } from '../../../src/observability/origin.ts';
import { parseTraceparent, parseXRay } from '../../../src/observability/trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const ROOT = '1-67891233-abcdef012345678912345678';
const X_RAY = `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('an HTTP request', () => {
  test.each([
    ['x-correlation-id', 'abc-1', 'abc-1', undefined],
    ['X-Correlation-Id', 'A.b_c:d-9', 'A.b_c:d-9', undefined],
    ['X-CORRELATION-ID', 'x'.repeat(64), 'x'.repeat(64), undefined],
    ['X-Request-Id', 'req-1', 'req-1', undefined],
    ['TraceParent', PARENT, TRACE, TRACE],
    ['X-Amzn-Trace-Id', X_RAY, ROOT, ROOT],
    ['x-amzn-trace-id', `Self=1-67891234-12456789abcdef012345678a;Root=${ROOT}`, ROOT, ROOT],
  ])('%s: %s', (header, value, correlationId, trace) => {
    const origin = originOfHeaders({ other: 'x', [header]: value });
    expect(origin).toMatchObject({ correlationId, debug: undefined });
    expect(origin.trace?.id).toBe(trace);
  });

  test('the first valid of them counts, in this order; the trace stands beside it', () => {
    const all = {
      'x-amzn-trace-id': X_RAY,
      traceparent: PARENT,
      'x-request-id': 'req-1',
      'x-correlation-id': 'corr-1',
    };
    const found: string[] = [];
    for (const name of ['', 'x-correlation-id', 'x-request-id', 'traceparent', 'x-amzn-trace-id'] as const) {
      if (name !== '') Object.assign(all, { [name]: 'not valid!' });
      found.push(originOfHeaders(all).correlationId);
    }
    expect(found.slice(0, 4)).toEqual(['corr-1', 'req-1', TRACE, ROOT]);
    expect(found[4]).toMatch(UUID);
    expect(originOfHeaders({ 'x-correlation-id': 'corr-1', traceparent: PARENT })).toEqual({
      correlationId: 'corr-1',
      trace: { id: TRACE, carrier: 'traceparent', value: PARENT },
      debug: undefined,
    });
  });

  test.each([
    ['missing', {}],
    ['no headers at all', undefined],
    ['empty', { 'x-correlation-id': '' }],
    ['too long', { 'x-correlation-id': 'x'.repeat(65) }],
    ['a line break', { 'x-correlation-id': 'a\nb' }],
    ['a space', { 'x-correlation-id': 'a b' }],
    ['two, as API Gateway joins them', { 'x-correlation-id': 'a,b' }],
    ['not ASCII', { 'x-correlation-id': 'ü' }],
  ])('%s: a new one is made', (_, headers) => {
    const first = originOfHeaders(headers).correlationId;
    expect(first).toMatch(UUID);
    expect(originOfHeaders(headers).correlationId).not.toBe(first);
  });

  test('nothing from outside switches debug lines on', () => {
    const headers = { 'x-correlation-id': 'a', debug: 'on', 'x-debug': 'on', 'x-fte-debug': 'on' };
    expect(originOfHeaders(headers).debug).toBeUndefined();
  });
});

describe('a message of a queue', () => {
  const attribute = (stringValue: string) => ({ dataType: 'String', stringValue });
  test.each([
    ['correlation_id', 'abc-1', 'abc-1'],
    ['Correlation-Id', 'abc-2', 'abc-2'],
    ['X-Correlation-ID', 'abc-3', 'abc-3'],
    ['x_request_id', 'abc-4', 'abc-4'],
    ['traceparent', PARENT, TRACE],
  ])('the attribute %s', (name, value, correlationId) => {
    expect(originOfMessage({ messageAttributes: { [name]: attribute(value) } }).correlationId).toBe(
      correlationId,
    );
  });

  test("X-Ray's header is the trace, and the id where there is no other", () => {
    const attributes = { AWSTraceHeader: X_RAY } as never;
    expect(originOfMessage({ attributes })).toMatchObject({ correlationId: ROOT, trace: { id: ROOT } });
    const messageAttributes = { correlation_id: attribute('abc') };
    expect(originOfMessage({ attributes, messageAttributes })).toMatchObject({
      correlationId: 'abc',
      trace: { id: ROOT },
    });
  });

  test('who sent the id has decided on debug lines; who sent none has not', () => {
    const of = (messageAttributes: Parameters<typeof originOfMessage>[0]['messageAttributes']) =>
      originOfMessage(messageAttributes === undefined ? {} : { messageAttributes }).debug;
    expect(of({ correlation_id: attribute('a'), debug: attribute('on') })).toBe(true);
    expect(of({ correlation_id: attribute('a') })).toBe(false);
    expect(of({ debug: attribute('on') })).toBeUndefined();
    expect(of(undefined)).toBeUndefined();
  });

  test('an attribute that is binary, or not valid, is passed over', () => {
    const messageAttributes = {
      correlation_id: { dataType: 'Binary', binaryValue: 'YWJj' },
      'x-request-id': attribute('not valid!'),
    };
    expect(originOfMessage({ messageAttributes }).correlationId).toMatch(UUID);
  });
});

describe('another event', () => {
  const s3 = (id: unknown) => ({ eventSource: 'aws:s3', responseElements: { 'x-amz-request-id': id } });
  test.each([
    [
      "a schedule's own id",
      { id: 'cdc73f9d-aea9-11e3-9d5a-835b769c0d9c', source: 'aws.events' },
      'cdc73f9d-aea9-11e3-9d5a-835b769c0d9c',
    ],
    ['the request that wrote the S3 object', s3('C3D13FE58DE4C810'), 'C3D13FE58DE4C810'],
    ['of the first of several records', { Records: [s3('ONE'), s3('TWO')] }, 'ONE'],
  ])('%s', (_, event, correlationId) => expect(originOfEvent(event).correlationId).toBe(correlationId));

  test.each([
    [{}],
    [undefined],
    [null],
    ['text'],
    [[]],
    [{ id: 7 }],
    [{ id: 'not valid!' }],
    [{ Records: [] }],
    [{ Records: [null] }],
    [s3({})],
    [{ responseElements: null }],
  ])('%j: a new one is made', (event) => {
    expect(originOfEvent(event).correlationId).toMatch(UUID);
  });
});

describe('the parsers', () => {
  test.each([
    ['upper case', PARENT.toUpperCase()],
    ['zeros for a trace', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['zeros for a parent', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['version ff', PARENT.replace('00-', 'ff-')],
    ['more than version 00 has', `${PARENT}-more`],
    ['too short', PARENT.slice(0, -1)],
    ['too long', `01-${TRACE}-b7ad6b7169203331-01-${'x'.repeat(600)}`],
    ['nothing', ''],
  ])('traceparent: %s is no trace', (_, value) => expect(parseTraceparent(value)).toBeUndefined());

  test('a later version may have more', () => {
    expect(parseTraceparent(`01-${TRACE}-b7ad6b7169203331-01-what`)?.id).toBe(TRACE);
  });

  const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
  const notZero = (id: string) => !/^0+$/.test(id);

  test('every trace that is made by the rules is found', () => {
    fc.assert(
      fc.property(hex(32).filter(notZero), hex(16).filter(notZero), hex(2), (id, parent, flags) => {
        expect(parseTraceparent(` 00-${id}-${parent}-${flags} `)?.id).toBe(id);
      }),
      { numRuns: 200 },
    );
    const others = fc.constantFrom(
      'Parent=53995c3f42cd8ad8',
      'Sampled=1',
      'Self=1-67891234-12456789abcdef012345678a',
      'Lineage=a:1|b:2',
    );
    fc.assert(
      fc.property(
        hex(8),
        hex(24),
        fc.array(others, { maxLength: 4 }),
        fc.array(others, { maxLength: 4 }),
        (time, id, before, after) => {
          const root = `1-${time}-${id}`;
          expect(parseXRay([...before, `Root=${root}`, ...after].join(';'))?.id).toBe(root);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('whatever comes in, from wherever, what goes on is valid', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(PARENT, X_RAY, 'ok'));
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'x-correlation-id',
        'X-Request-Id',
        'traceparent',
        'x-amzn-trace-id',
        'correlation_id',
        '__proto__',
      ),
    );
    fc.assert(
      fc.property(fc.dictionary(name, text), fc.anything(), text, (values, event, header) => {
        const messageAttributes = Object.fromEntries(
          Object.entries(values).map(([key, stringValue]) => [key, { dataType: 'String', stringValue }]),
        );
        const origins = [
          originOfHeaders(values),
          originOfMessage({ messageAttributes, attributes: { AWSTraceHeader: header } as never }),
          originOfEvent(event),
        ];
        for (const { correlationId, trace } of origins) {
          expect(isCorrelationId(correlationId)).toBe(true);
          expect(trace === undefined || isCorrelationId(trace.id)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
