import { SES_AUTHSERV_ID } from '../src/fte/channels/email.ts';
import { countRejection } from '../src/fte/intake/intake.ts';
import { takeInMail } from '../src/fte/intake/mail.ts';
import { ServiceError } from '../src/observability/errors.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { mailRecords, readMail } from '../src/platform/email/bucket.ts';
import { parseMail } from '../src/platform/email/parse.ts';
import { connect } from '../src/platform/service.ts';
import { instrument, metrics } from '../src/platform/telemetry.ts';

const service = connect();
const ports = { ...service, tickets: service.ticketStore };
const { mail: own } = loadChannelConfig();
const rules = { ownAddresses: own === undefined ? [] : [own.from], authservId: SES_AUTHSERV_ID };

export const handler = instrument({
  function: 'mailObject',
  component: 'email',
  trigger: 'event',
  event: async (event, { log, within }) => {
    function refuse(error: ServiceError): void {
      countRejection(metrics, 'email', error);
      metrics.inc('fte_errors_total', {
        error_type: error.type,
        component: 'email',
        severity: error.severity,
      });
      log.warn('a mail that can not be read', { error_code: error.code });
    }
    for (const record of mailRecords(event)) {
      await within(record, async (correlationId) => {
        try {
          const { raw, receivedAt, object } = await readMail(record);
          await takeInMail(await parseMail(raw), rules, { receivedAt, correlationId, object }, ports);
        } catch (error) {
          // What is wrong with the mail stays wrong, and takes no other with it; everything else is tried again.
          if (!(error instanceof ServiceError) || error.status >= 500) throw error;
          refuse(error);
        }
      });
    }
  },
});
