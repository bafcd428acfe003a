import { channelOff } from '../src/fte/errors.ts';
import { countRejection, takeInFromProvider } from '../src/fte/intake/intake.ts';
import { mailMessage, whyIgnored } from '../src/fte/intake/mail.ts';
import { instrument, metrics } from '../src/fte/telemetry.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { readMailRequest, requireBearer } from '../src/platform/email/inbound.ts';
import { parseMail } from '../src/platform/email/parse.ts';
import { connect } from '../src/platform/service.ts';

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
    'POST /webhooks/email': async (request, { correlationId, log }) => {
      if (mailWebhook === undefined) throw channelOff('email');
      requireBearer(request.headers, mailWebhook.tokenHashes);
      const { raw, receivedAt } = readMailRequest(request);
      const mail = await parseMail(raw);
      const rules = { ownAddresses: own === undefined ? [] : [own.from], authservId: mailWebhook.authservId };
      const ignored = whyIgnored(mail, rules);
      if (ignored !== undefined) {
        log.info('a mail that is not answered', { reason: ignored });
        return { status: 200, body: { accepted: false, reason: ignored } };
      }
      const message = await mailMessage(mail, rules, { receivedAt, correlationId }, ports);
      await takeInFromProvider(message, ports);
      return { status: 200, body: { accepted: true } };
    },
  },
});
