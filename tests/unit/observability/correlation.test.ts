import fc from 'fast-check';
import {
  correlationIdFromAttributes,
  correlationIdFromHeaders,
  isCorrelationId,
} from '../../../src/observability/correlation.ts';

test.each([
  ['x-correlation-id', 'abc-1'],
  ['X-Correlation-Id', 'A.b_c:d-9'],
  ['X-CORRELATION-ID', 'x'.repeat(64)],
])('%s: a valid id is kept', (header, id) => {
  expect(correlationIdFromHeaders({ other: 'x', [header]: id })).toBe(id);
});

test.each([
  ['missing', {}],
  ['no headers at all', undefined],
  ['empty', { 'x-correlation-id': '' }],
  ['too long', { 'x-correlation-id': 'x'.repeat(65) }],
  ['a line break', { 'x-correlation-id': 'a\nb' }],
  ['a space', { 'x-correlation-id': 'a b' }],
  ['not ASCII', { 'x-correlation-id': 'ü' }],
])('%s: a new one is made', (_, headers) => {
  const first = correlationIdFromHeaders(headers);
  expect(isCorrelationId(first)).toBe(true);
  expect(correlationIdFromHeaders(headers)).not.toBe(first);
});

test('whatever comes in, what goes on is valid', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      expect(isCorrelationId(correlationIdFromHeaders({ 'x-correlation-id': id }))).toBe(true);
      expect(isCorrelationId(correlationIdFromAttributes({ correlation_id: { stringValue: id } }))).toBe(
        true,
      );
    }),
  );
});
