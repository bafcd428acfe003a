/** What every variant is called with. */
export const EVENT = {
  version: '2.0',
  routeKey: 'GET /hello',
  rawPath: '/hello',
  headers: {},
  requestContext: { http: { method: 'GET', sourceIp: '127.0.0.1' }, timeEpoch: 1 },
  isBase64Encoded: false,
};

export function quantile(all: readonly number[], share: number): number {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))] ?? Number.NaN;
}
export const median = (all: readonly number[]) => quantile(all, 0.5);
