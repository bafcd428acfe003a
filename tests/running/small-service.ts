import { defineCatalogue } from '../../src/observability/catalogue.ts';
import { loadObservabilityConfig } from '../../src/observability/config.ts';
import { createObservability, libraryMetrics } from '../../src/observability/index.ts';

export const catalogue = defineCatalogue({
  ...libraryMetrics({
    functions: ['orders', 'worker', 'nightly'],
    routes: ['POST /orders', 'GET /orders/{id}'],
    components: ['shop', 'stock'],
  }),
  shop_orders_total: { type: 'counter', help: 'Orders.', labels: { kind: ['new', 'repeat'] } },
});

/** Somebody else's service, made with the library alone. */
export function smallService(env: Record<string, string> = {}) {
  return createObservability({
    service: 'shop',
    catalogue,
    config: loadObservabilityConfig({ LOG_LEVEL: 'INFO', ...env }),
  });
}

export const httpEvent = (routeKey: string, more: object = {}) => ({
  version: '2.0',
  routeKey,
  rawPath: routeKey.split(' ')[1] ?? '/nowhere',
  headers: {},
  requestContext: { http: { method: routeKey.split(' ')[0] ?? 'GET', sourceIp: '127.0.0.1' }, timeEpoch: 1 },
  isBase64Encoded: false,
  ...more,
});

export const sqsRecord = (messageId: string, body: string, group?: string, correlationId?: string) => ({
  messageId,
  receiptHandle: messageId,
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '1',
    ...(group === undefined ? {} : { MessageGroupId: group }),
  },
  messageAttributes:
    correlationId === undefined ? {} : { correlation_id: { dataType: 'String', stringValue: correlationId } },
});

const logged: Record<string, unknown>[] = [];
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream) as (chunk: string | Uint8Array, ...others: unknown[]) => boolean;
  // Log lines are looked at, not printed; what is none goes through.
  stream.write = ((chunk: string | Uint8Array, ...others: unknown[]) => {
    if (!String(chunk).startsWith('{"level"')) return write(chunk, ...others);
    for (const line of String(chunk).trimEnd().split('\n')) logged.push(JSON.parse(line));
    return true;
  }) as typeof stream.write;
}

/** The log lines that are written while `work` runs. */
export async function logLinesOf(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const before = logged.length;
  await work();
  return logged.slice(before);
}
