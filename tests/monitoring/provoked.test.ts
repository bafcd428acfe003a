/**
 * Alerts that are provoked in the running system: real handlers, two real Pushgateways, Prometheus and Alertmanager, twenty
 * times as fast as usual. Each cause is real, seen at the receiver of the news, and taken away again.
 * `npm run soak:alerts` has those that take minutes, too.
 */
import {
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { config } from '../../monitoring/source/config.ts';
import { duration } from '../../monitoring/source/promql.ts';
import { newTicketId } from '../../src/fte/ids.ts';
import { type Alerting, startAlerting } from '../running/alerting.ts';
import { questionOf, refundOf } from '../running/form.ts';
import { startLosingProxy } from '../running/losing-proxy.ts';
import { type RunningService, startService } from '../running/service.ts';
import { until } from '../running/until.ts';
import { startPushgateway } from '../servers/pushgateway.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { describeReal } from '../servers/skipping.ts';

const SCALE = 20;
/** A scrape a second: it has to end within that time, and the machine may be busy. */
const SCRAPE_SCALE = 15;
/** Bounds, not waiting times: what is slow here is the machine. */
const SECONDS = 240;
const TEST_MS = 900_000;
const FOLD_EVERY_MS = 400;
/** The long window of the burn rate that is the first to be seen. */
const SHORTEST = duration(Math.min(...config.slo.burn.map(({ long }) => long)) / SCALE);
const LONG = process.env.FTE_SOAK === '1';

describeReal('provoked', () => {
  let gateways: ServerProcess[];
  let service: RunningService;
  let alerting: Alerting;
  let sqs: SQSClient;
  let proxy: Awaited<ReturnType<typeof startLosingProxy>>;
  /** Answers of the database that hold it are lost on the way. */
  const unreadable = newTicketId();
  /** What goes on until the test takes it away. */
  const going = new Map<string, { stop(): Promise<void> }>();

  /** Does something again and again, never twice at a time. */
  function keep(name: string, everyMs: number, work: () => Promise<unknown>): void {
    let stopped = false;
    const run = (async () => {
      while (!stopped) {
        await work().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    })();
    going.set(name, {
      async stop() {
        stopped = true;
        await run;
        going.delete(name);
      },
    });
  }
  const stop = async (name: string) => going.get(name)?.stop();
  const fold = () => keep('fold', FOLD_EVERY_MS, () => service.invoke('fleet', {}));

  beforeAll(async () => {
    gateways = await Promise.all([1, 2].map(() => startPushgateway({ consistencyCheck: false })));
    service = await startService({
      environment: {
        FTE_STAGE: 'local',
        FTE_SCRAPE_INTERVAL_S: '1',
        PUSHGATEWAY_URL: gateways.map(({ url }) => url).join(','),
      },
    });
    proxy = await startLosingProxy(service.standIns.dynamodbUrl, (body) => body.includes(unreadable));
    // The handlers are not loaded yet.
    process.env.AWS_ENDPOINT_URL_DYNAMODB = proxy.url;
    sqs = new SQSClient({ region: process.env.AWS_REGION ?? '' });
    fold();
    alerting = await startAlerting({
      gateways: gateways.map(({ url }) => new URL(url).host),
      scale: SCALE,
      scrapeScale: SCRAPE_SCALE,
    });
    // A counter must be seen before it grows.
    await until(
      'the totals in Prometheus',
      async () =>
        (await alerting.prometheus.query('fte_webhook_rejections_total{reason="signature"}')).length > 0,
      SECONDS,
    );
  }, TEST_MS);
  afterAll(async () => {
    for (const one of going.values()) await one.stop();
    await alerting?.close();
    proxy?.close();
    await service?.stop();
    for (const gateway of gateways ?? []) await gateway.close();
    sqs?.destroy();
  }, TEST_MS);

  const fires = (labels: Record<string, string>) => alerting.news.waitFor(labels, 'firing', SECONDS);
  const resolves = (labels: Record<string, string>) => alerting.news.waitFor(labels, 'resolved', SECONDS);
  const forgotten = (url: string | undefined) =>
    new SendMessageCommand({
      QueueUrl: url,
      MessageBody: '{}',
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd',
    });
  const purge = (url: string | undefined) => sqs.send(new PurgeQueueCommand({ QueueUrl: url }));

  test(
    'a message that was given up, and a queue that nobody empties',
    async () => {
      const { FTE_INCOMING_DLQ_URL: dlq, FTE_OUTBOUND_QUEUE_URL: outbound } = process.env;
      // Left there until a later test misses its reader.
      await sqs.send(forgotten(process.env.FTE_ESCALATIONS_QUEUE_URL));
      const message = (id: string) => ({
        Id: id,
        MessageBody: '{}',
        MessageGroupId: id,
        MessageDeduplicationId: id,
      });
      await sqs.send(forgotten(dlq));
      for (let i = 0; i < 101; i += 1) {
        const Entries = Array.from({ length: 10 }, (_, j) => message(`m-${i}-${j}`));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: outbound, Entries }));
      }
      const all = [
        { alertname: 'DeadLetterQueueNotEmpty', severity: 'critical' },
        { alertname: 'HighMessageQueueSize', queue_name: 'outbound' },
      ];
      for (const labels of all) {
        const { annotations } = await fires(labels);
        expect(annotations.runbook_url).toMatch(new RegExp(`^http.*/${labels.alertname}[.]md$`));
      }
      await purge(dlq);
      await purge(outbound);
      for (const labels of all) await resolves(labels);
    },
    TEST_MS,
  );

  test(
    'callers with a wrong signature or key, and a customer whose ticket the database does not give',
    async () => {
      const all = [
        { alertname: 'SignatureRejections', channel: 'whatsapp' },
        { alertname: 'OperatorKeyRejections' },
        { alertname: 'HighErrorRate' },
        { alertname: 'AvailabilityBudgetBurn', long_window: SHORTEST },
      ];
      keep('look up', 20, () => service.request('GET /support/ticket/{id}', { id: unreadable }));
      const headers = { 'x-api-key': 'guessed' };
      keep('guess', 200, () => service.request('GET /support/tickets', {}, { headers }));
      keep('knock', 200, () =>
        service.request(
          'POST /webhooks/twilio',
          {},
          {
            rawBody: 'Body=hello',
            headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'wrong' },
          },
        ),
      );
      for (const labels of all) await fires(labels);
      await stop('knock');
      await stop('guess');
      await stop('look up');
      for (const labels of all) await resolves(labels);
    },
    TEST_MS,
  );

  test(
    'one message that nobody takes',
    async () => {
      const labels = { alertname: 'QueueMessageTooOld', queue_name: 'escalations' };
      await fires(labels);
      await purge(process.env.FTE_ESCALATIONS_QUEUE_URL);
      await resolves(labels);
    },
    TEST_MS,
  );

  test(
    'a gateway that is gone: it and the service, but no request of a customer',
    async () => {
      const [, second] = gateways;
      const all = [
        { alertname: 'GatewayDown', instance: new URL(second!.url).host },
        { alertname: 'ServiceDown', instance: new URL(second!.url).host },
      ];
      const before = alerting.news.news().length;
      // It adds up what the gateways hold, and answers 503 when one of them can't be read.
      keep('read', 20, () => service.request('GET /metrics'));
      await second!.close();
      for (const labels of all) await fires(labels);
      gateways[1] = await startPushgateway({ consistencyCheck: false, port: second!.port });
      for (const labels of all) await resolves(labels);
      await stop('read');
      const heard = alerting.news.news().slice(before);
      expect(heard.filter(({ labels }) => labels.alertname === 'HighErrorRate')).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'nobody folds any more',
    async () => {
      await stop('fold');
      const before = alerting.news.news().length;
      const { labels } = await until(
        'ServiceDown, neither of a gateway nor of a dependency',
        () =>
          alerting.news
            .news()
            .slice(before)
            .find(
              ({ status, labels: { alertname, instance, dependency } }) =>
                status === 'firing' && alertname === 'ServiceDown' && (instance ?? dependency) === undefined,
            ),
        SECONDS,
      );
      fold();
      await resolves(labels);
    },
    TEST_MS,
  );

  (LONG ? test : test.skip)(
    'bad ratings',
    async () => {
      service.work();
      const ids = await Promise.all(
        Array.from({ length: 15 }, async () => {
          const { json } = await service.request(
            'POST /support/submit',
            {},
            {
              body: questionOf(),
            },
          );
          return json.ticket_id as string;
        }),
      );
      const rate = (id: string, rating: number) =>
        until(
          `a rating of ${id}`,
          async () =>
            (await service.request('POST /support/ticket/{id}/feedback', { id }, { body: { rating } }))
              .status < 300,
          SECONDS,
        );
      // Ten times 3; then five times 5, which brings the mean above 3.5.
      for (const id of ids.slice(0, 10)) await rate(id, 3);
      const labels = { alertname: 'LowCustomerSatisfaction' };
      await fires(labels);
      for (const id of ids.slice(10)) await rate(id, 5);
      await resolves(labels);
      await service.rest();
    },
    TEST_MS,
  );

  (LONG ? test : test.skip)(
    'everybody wants a person',
    async () => {
      const labels = { alertname: 'HighEscalationRate', severity: 'critical' };
      let networks = 0;
      /** Each from a network of its own: so many from one would be refused as a flood. */
      const submit = (body: object) => {
        networks += 1;
        const sourceIp = `10.${networks >> 8}.${networks & 255}.1`;
        return service.request('POST /support/submit', {}, { body, sourceIp });
      };
      service.work();
      keep('refunds', 300, () => submit(refundOf()));
      await fires(labels);
      await stop('refunds');
      keep('questions', 50, () => submit(questionOf()));
      await resolves(labels);
      await stop('questions');
      await service.rest();
    },
    TEST_MS,
  );
});
