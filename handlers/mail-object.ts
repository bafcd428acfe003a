import { SES_AUTHSERV_ID } from '../src/fte/channels/email.ts';
import { countRejection } from '../src/fte/intake/intake.ts';
import { takeInMail } from '../src/fte/intake/mail.ts';
import { ServiceError } from '../src/observability/errors.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { mailRecords, readMail } from '../src/platform/email/bucket.ts';
import { isJunk, parseMail } from '../src/platform/email/parse.ts';
import { connect } from '../src/platform/service.ts';
import { giveUp } from '../src/platform/sqs.ts';
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
    function count(error: ServiceError): void {
      countRejection(metrics, 'email', error);
      metrics.inc('fte_errors_total', {
        error_type: error.type,
        component: 'email',
        severity: error.severity,
      });
    }
    for (const record of mailRecords(event)) {
      await within(record, async (correlationId) => {
        let raw: Uint8Array | undefined;
        try {
          const mail = await readMail(record);
          raw = mail.raw;
          const delivery = { receivedAt: mail.receivedAt, correlationId, object: mail.object };
          await takeInMail(await parseMail(raw), rules, delivery, ports);
        } catch (error) {
          // What is wrong with the mail stays wrong, and takes no other with it; everything else is tried again.
          if (!(error instanceof ServiceError) || error.status >= 500) throw error;
          // Nobody waits for an answer: without a dead letter nobody would ever read the mail.
          const forPeople = error.code !== 'FTE_MAIL_GONE' && !(raw !== undefined && isJunk(raw));
          if (forPeople) await giveUp(service.config.mailDlq, { Records: [record] }, error, correlationId);
          count(error);
          const { bucket, object } = record.s3;
          const facts = {
            error_code: error.code,
            bucket: bucket.name,
            key: object.key,
            dead_letter: forPeople,
          };
          log.warn('a mail that can not be read', facts);
        }
      });
    }
  },
});
