import { applyStatus } from '../src/fte/delivery/status.ts';
import { channelOff } from '../src/fte/errors.ts';
import { countRejection, countStale, takeInFromProvider } from '../src/fte/intake/intake.ts';
import { isStale } from '../src/fte/intake/replay.ts';
import { whatsappMessage } from '../src/fte/intake/whatsapp.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { secretSource, withSecret } from '../src/platform/secrets.ts';
import { connect } from '../src/platform/service.ts';
import { instrument, metrics } from '../src/platform/telemetry.ts';
import { confirmMetaWebhook, readMetaWebhook } from '../src/platform/whatsapp/meta-webhook.ts';

/** Meta batches; one webhook may hold many messages. */
const BODY_LIMIT = 4 * 1024 * 1024;

const service = connect();
const ports = { ...service, tickets: service.ticketStore };
const { meta } = loadChannelConfig();
const checked = meta && {
  signed: withSecret(secretSource(meta.appSecret)),
  verified: withSecret(secretSource(meta.verifyToken)),
};

export const handler = instrument({
  function: 'meta',
  component: 'whatsapp',
  trigger: 'http',
  bodyLimit: BODY_LIMIT,
  refused: (error) => countRejection(metrics, 'whatsapp', error),
  routes: {
    'GET /webhooks/meta': async ({ query }) => {
      if (checked === undefined) throw channelOff('whatsapp');
      return { status: 200, body: await checked.verified((token) => confirmMetaWebhook(query, token)) };
    },
    'POST /webhooks/meta': async (request, { correlationId, log }) => {
      if (meta === undefined || checked === undefined) throw channelOff('whatsapp');
      const { phoneNumberId } = meta;
      const webhook = await checked.signed((appSecret) =>
        readMetaWebhook(request, { appSecret, phoneNumberId }),
      );
      for (const told of webhook.messages) {
        const receivedAt = told.timestamp ?? request.receivedAt;
        if (isStale(receivedAt, request.receivedAt)) {
          // Passed over and not refused: Meta would repeat the whole batch.
          countStale(metrics, 'whatsapp');
          log.warn('a message outside of the replay window', { told_at: receivedAt });
          continue;
        }
        await takeInFromProvider(whatsappMessage('meta', told, { receivedAt, correlationId }), ports);
      }
      for (const { clientReference: reference, status, errors } of webhook.statuses) {
        await applyStatus({ reference, status, code: errors[0]?.code, correlationId }, service);
      }
      if (webhook.ignored.length > 0)
        log.info('parts of a webhook were passed over', { ignored: webhook.ignored });
      return { status: 200, body: { received: true } };
    },
  },
});
