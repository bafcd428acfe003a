import { LOCAL_SECRETS } from '../../../local/environment.ts';
import { DELIVERY_STATUSES } from '../../../src/fte/vocabulary.ts';
import { readMetaWebhook } from '../../../src/platform/whatsapp/meta-webhook.ts';
import { readTwilioWebhook } from '../../../src/platform/whatsapp/twilio-webhook.ts';
import { expectedCounters } from '../../../traffic/counters.ts';
import type { Done } from '../../../traffic/drive.ts';
import { planTraffic, type Step } from '../../../traffic/plan.ts';
import { senderOf, statusNews } from '../../../traffic/requests.ts';

const URL_OF_TWILIO = 'http://localhost:8000/webhooks/twilio';
const REPLY = 'rep_0123456789abcdef01234567';
const plan = planTraffic({ messages: 1000, rate: 50, seed: 5 });
const statuses = plan.filter((step): step is Extract<Step, { kind: 'status' }> => step.kind === 'status');

test.each(['twilio', 'meta'] as const)('%s: what is said of a reply is read as that', (road) => {
  for (const status of ['sent', 'delivered', 'read', 'failed'] as const) {
    const news = statusNews(road, REPLY, status, senderOf(road, 1, 1_790_000_000_000), URL_OF_TWILIO);
    const request = {
      rawBody: Buffer.from(news.body ?? ''),
      headers: { ...news.headers },
      query: Object.fromEntries(new URL(news.path, URL_OF_TWILIO).searchParams),
    };
    const read =
      road === 'twilio'
        ? readTwilioWebhook(request, { authToken: LOCAL_SECRETS.FTE_TWILIO_AUTH_TOKEN, url: URL_OF_TWILIO })
        : readMetaWebhook(request, { appSecret: LOCAL_SECRETS.FTE_META_APP_SECRET, phoneNumberId: undefined })
            .statuses[0];
    expect(read).toMatchObject({ status, clientReference: `${REPLY}.0` });
  }
});

test('a long plan has every word, out of order, too, by both providers', () => {
  expect(new Set(statuses.map(({ road, status }) => `${road} ${status}`)).size).toBe(8);
  const runs = Map.groupBy(statuses, ({ conversation }) => conversation);
  const inOrder = (run: readonly { readonly status: (typeof DELIVERY_STATUSES)[number] }[]) =>
    run.every(({ status }, i) => {
      const before = run[i - 1]?.status;
      return before === undefined || DELIVERY_STATUSES.indexOf(before) < DELIVERY_STATUSES.indexOf(status);
    });
  const ordered = [...runs.values()].filter(inOrder).length;
  expect(ordered).toBeGreaterThan(5);
  expect(runs.size - ordered).toBeGreaterThan(5);
});

test.each<[string, string[], Record<string, number>]>([
  ['in order', ['sent', 'delivered', 'read'], { sent: 1, delivered: 1, read: 1 }],
  ['late', ['read', 'delivered', 'sent'], { read: 1 }],
  ['twice', ['sent', 'sent', 'delivered'], { sent: 1, delivered: 1 }],
  ['failed', ['failed', 'delivered'], { failed: 1 }],
])('what counts, %s', (_, words, counted) => {
  const done = words.map((status) => ({
    road: 'twilio',
    outcome: 'told',
    step: { kind: 'status', at: 0, road: 'twilio', conversation: 1, of: 0, status },
  })) as unknown as Done[];
  const rows = expectedCounters(done, [], []).filter(({ metric }) => metric === 'fte_delivery_status_total');
  expect(Object.fromEntries(rows.filter(({ by }) => by > 0).map(({ labels, by }) => [labels.status, by]))).toEqual(counted);
  expect(rows).toHaveLength(5);
}); // biome-ignore format: one line
