import {
  CORRELATION_ATTRIBUTE,
  createFleet,
  fileLedger,
  renderText,
  ServiceError,
  TEXT_FORMAT,
} from '../../src/observability/index.ts';
import { catalogue } from './catalogue.ts';
import { config, instrument, log, metrics } from './telemetry.ts';

interface Order {
  readonly id: string;
  readonly euros: number;
}

/** Stands for a table with a conditional write. */
const placed = new Set<string>();
/** Stands for a queue: what `SendMessageCommand` would be given, by order. */
export const waiting = new Map<string, { MessageBody: string; MessageAttributes: object }>();

function readOrder(input: unknown): Order {
  const { id, euros } = (input ?? {}) as Partial<Record<keyof Order, unknown>>;
  if (typeof id === 'string' && typeof euros === 'number' && euros > 0) return { id, euros };
  throw new ServiceError({
    code: 'SHOP_ORDER_INVALID',
    type: 'validation',
    status: 422,
    message: 'An order has an id and a value in euros.',
  });
}

export const orders = instrument({
  function: 'orders',
  component: 'shop',
  trigger: 'http',
  routes: {
    'POST /orders': async (request, { correlationId }) => {
      const order = readOrder(request.json());
      if (placed.has(order.id)) {
        metrics.inc('shop_orders_total', { kind: 'repeat' });
        return { status: 200, body: { id: order.id } };
      }
      placed.add(order.id);
      waiting.set(order.id, {
        MessageBody: JSON.stringify({ id: order.id }),
        MessageAttributes: { [CORRELATION_ATTRIBUTE]: { DataType: 'String', StringValue: correlationId } },
      });
      metrics.inc('shop_orders_total', { kind: 'new' });
      metrics.observe('shop_order_value_euros', {}, order.euros);
      return { status: 201, body: { id: order.id } };
    },
  },
});

export const packing = instrument({
  function: 'packing',
  component: 'warehouse',
  trigger: 'sqs',
  message: async ({ body, sentAt }, { log }) => {
    const { id } = body as Pick<Order, 'id'>;
    metrics.observe('shop_packing_wait_seconds', {}, (Date.now() - sentAt) / 1000);
    waiting.delete(id);
    log.info('packed', { order_id: id });
  },
});

/** Must outlive the function: on a laptop a folder, on AWS a `LedgerStore` of your own (the employee has one on S3). */
const ledger = fileLedger(process.env.ORDERS_LEDGER_DIR ?? '.local/orders-ledger');
const fleet = createFleet({ catalogue, ledger, log, ...config });

/** Once a minute, one at a time (`reservedConcurrency: 1`): it is the one writer of the gauges. */
export const fold = instrument({
  function: 'fold',
  component: 'metrics',
  trigger: 'schedule',
  run: () =>
    fleet.fold(async () => {
      metrics.set('shop_unpacked_orders', {}, waiting.size);
      return (await metrics.snapshot()).filter(({ type }) => type === 'gauge');
    }),
});

/** The same totals for who wants to read them here. Put your own authorisation before it. */
export const totals = instrument({
  function: 'metrics',
  component: 'metrics',
  trigger: 'http',
  routes: {
    'GET /metrics': async () => ({
      status: 200,
      contentType: TEXT_FORMAT,
      body: renderText(await fleet.read()),
    }),
  },
});
