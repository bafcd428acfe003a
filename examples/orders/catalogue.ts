import { defineCatalogue, libraryMetrics } from '../../src/observability/index.ts';

/** Every metric of the shop: the library's own, and four of its own. */
export const catalogue = defineCatalogue({
  ...libraryMetrics({
    functions: ['orders', 'packing', 'fold', 'metrics'],
    routes: ['POST /orders', 'GET /metrics'],
    components: ['shop', 'warehouse', 'metrics'],
  }),

  shop_orders_total: {
    type: 'counter',
    help: 'Orders accepted. repeat: the same id again, which changes nothing.',
    labels: { kind: ['new', 'repeat'] },
  },
  shop_order_value_euros: {
    type: 'histogram',
    help: 'What a new order is worth.',
    labels: {},
    buckets: [10, 25, 50, 100, 250, 500, 1000],
  },
  shop_packing_wait_seconds: {
    type: 'histogram',
    help: 'From the order to the moment that a packer has it.',
    labels: {},
    buckets: [1, 5, 15, 60, 300, 900, 3600],
  },
  shop_unpacked_orders: {
    type: 'gauge',
    help: 'Orders that wait for a packer.',
    labels: {},
  },
});
