import { channelOff } from '../src/fte/errors.ts';
import { countRejection } from '../src/fte/intake/intake.ts';
import { takeInMail } from '../src/fte/intake/mail.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { readMailRequest, requireBearer } from '../src/platform/email/inbound.ts';
import { parseMail } from '../src/platform/email/parse.ts';
import { connect } from '../src/platform/service.ts';
import { instrument, metrics } from '../src/platform/telemetry.ts';

/** What API Gateway and Lambda let through. */
const BODY_LIMIT = 6 * 1024 * 1024;

const service = connect();
const ports = { ...service, tickets: service.ticketStore };
const { mail: own, mailWebhook } = loadChannelConfig();

export const handler = instrument({
  function: 'email',
  component: 'email',
  trigger: 'http',
  bodyLimit: BODY_LIMIT,
  refused: (error) => countRejection(metrics, 'email', error),
  routes: {
    'POST /webhooks/email': async (request, { correlationId }) => {
      if (mailWebhook === undefined) throw channelOff('email');
      requireBearer(request.headers, mailWebhook.tokenHashes);
      const { raw, receivedAt } = readMailRequest(request);
      const rules = { ownAddresses: own === undefined ? [] : [own.from], authservId: mailWebhook.authservId };
      const reason = await takeInMail(await parseMail(raw), rules, { receivedAt, correlationId }, ports);
      return {
        status: 200,
        body: { accepted: reason === undefined, ...(reason === undefined ? {} : { reason }) },
      };
    },
  },
});
