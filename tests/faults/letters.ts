import { mailIdOf } from '../../src/fte/channels/email.ts';
import { messageId as whatsappId } from '../../src/fte/channels/whatsapp.ts';
import { formMessageId } from '../../src/fte/intake/form.ts';
import { twilioSignature } from '../../src/platform/whatsapp/twilio-signature.ts';
import {
  form,
  formFollowUp,
  mail,
  meta,
  metaBody,
  mime,
  type Outgoing,
  senderOf,
  sidOf,
  twilio,
  twilioForm,
  wamidOf,
} from '../../traffic/requests.ts';
import { KEYS } from '../running/whatsapp-provider.ts';

/** The ways in; a mail comes by a provider's webhook, or as an object in the bucket. */
export const ROADS = ['form', 'twilio', 'meta', 'email', 'bucket'] as const;
export type Road = (typeof ROADS)[number];

/** One message of a customer, ready to be sent as often as its sender likes. */
export interface Letter {
  readonly road: Road;
  /** Under which it is stored. */
  readonly messageId: string;
  /** Whether it is one for people. */
  readonly escalates: boolean;
  readonly sent:
    | { readonly by: 'request'; readonly outgoing: Outgoing }
    | { readonly by: 'object'; readonly key: string; readonly raw: string };
}

const QUESTION = {
  subject: 'Swapping a shift',
  text: 'How can I swap one of my shifts with somebody else in my team?',
};
const REFUND = { subject: 'Refund please', text: 'I was charged twice this month and I want my money back.' };
const TWILIO_URL = 'https://fte.example/webhooks/twilio';

/** The message of somebody who has not written before; `run`, a number of nine digits, keeps two runs apart. */
export function letterOf(road: Road, n: number, run: number, escalates = false): Letter {
  const { subject, text } = escalates ? REFUND : QUESTION;
  const sender = senderOf(road === 'bucket' ? 'email' : road, n, run);
  const id = `fault-${run}-${n}`;
  const byRequest = (messageId: string, outgoing: Outgoing): Letter => ({
    road,
    messageId,
    escalates,
    sent: { by: 'request', outgoing },
  });
  switch (road) {
    case 'form':
      return byRequest(
        formMessageId(sender.address, id),
        form(sender, { subject, text, places: ['form'], meant: 'any' }, id),
      );
    case 'twilio': {
      const fields = twilioForm(sender, text, sidOf(id));
      const signed = new Map(Object.entries(fields).map(([name, value]) => [name, [value]]));
      const signature = twilioSignature(KEYS.authToken, TWILIO_URL, signed);
      return byRequest(whatsappId('twilio', sidOf(id)), twilio(TWILIO_URL, fields, signature));
    }
    case 'meta': {
      // To the number that this service serves.
      const body = metaBody(sender, text, wamidOf(id)).replace('100000000000001', KEYS.phoneNumberId);
      return byRequest(whatsappId('meta', wamidOf(id)), meta(body));
    }
    default: {
      const raw = mime({ sender, subject, text, id });
      const messageId = `email#${mailIdOf({
        messageId: `<${id}@example.com>`,
        fingerprint: '',
        from: { address: sender.address, name: undefined },
      } as Parameters<typeof mailIdOf>[0])}`;
      if (road === 'email') return byRequest(messageId, mail(raw));
      return { road, messageId, escalates, sent: { by: 'object', key: `inbox/${id}`, raw } };
    }
  }
}

/** A further message under a ticket's id. */
export function followUpOf(ticketId: string, n: number, run: number): Letter {
  const key = `fault-${run}-${n}`;
  const outgoing = formFollowUp(ticketId, 'And how do I set my availability?', key);
  return {
    road: 'form',
    messageId: formMessageId(ticketId, key),
    escalates: false,
    sent: { by: 'request', outgoing },
  };
}
