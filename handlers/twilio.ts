import { applyStatus } from '../src/fte/delivery/status.ts';
import { channelOff } from '../src/fte/errors.ts';
import { countRejection, takeInFromProvider } from '../src/fte/intake/intake.ts';
import { whatsappMessage } from '../src/fte/intake/whatsapp.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { secretSource, withSecret } from '../src/platform/secrets.ts';
import { connect } from '../src/platform/service.ts';
import { instrument, metrics } from '../src/platform/telemetry.ts';
import { EMPTY_TWIML, readTwilioWebhook, TWIML_TYPE } from '../src/platform/whatsapp/twilio-webhook.ts';

const service = connect();
const { twilio } = loadChannelConfig();
const signed = twilio && withSecret(secretSource(twilio.authToken));

export const handler = instrument({
  function: 'twilio',
  component: 'whatsapp',
  trigger: 'http',
  refused: (error) => countRejection(metrics, 'whatsapp', error),
  routes: {
    'POST /webhooks/twilio': async (request, { correlationId, log }) => {
      if (twilio === undefined || signed === undefined) throw channelOff('whatsapp');
      const event = await signed((authToken) => readTwilioWebhook(request, { authToken, url: twilio.url }));
      if (event.kind === 'message') {
        const told = { ...event, name: event.profileName };
        const message = whatsappMessage('twilio', told, { receivedAt: request.receivedAt, correlationId });
        await takeInFromProvider(message, { ...service, tickets: service.ticketStore });
      } else if (event.kind === 'status') {
        const { clientReference: reference, status, errorCode: code } = event;
        await applyStatus({ reference, status, code, correlationId }, service);
      } else {
        log.info('a webhook that asks for nothing', { reason: event.reason });
      }
      return { status: 200, body: EMPTY_TWIML, contentType: TWIML_TYPE };
    },
  },
});
