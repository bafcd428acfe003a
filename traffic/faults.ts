import type { Fault } from './plan.ts';
import {
  form,
  mail,
  meta,
  metaBody,
  mime,
  type Outgoing,
  type Sender,
  sidOf,
  twilio,
  twilioForm,
  wamidOf,
} from './requests.ts';

const TEXT = 'How can I swap one of my shifts with a colleague?';

function brokenForm(fault: string, sender: Sender, id: string): Outgoing {
  const right = form(sender, { subject: 'A question', text: TEXT, places: ['form'], meant: 'any' }, id);
  const fields = { name: sender.name, email: sender.address, subject: 'A question', message: TEXT };
  const bodies: Readonly<Record<string, string>> = {
    bad_json: '{"name": "Ada", ',
    missing_fields: JSON.stringify({ name: sender.name, email: sender.address }),
    bad_address: JSON.stringify({ ...fields, email: 'nobody at example' }),
    too_short: JSON.stringify({ ...fields, message: 'Help!' }),
  };
  return { ...right, body: bodies[fault] };
}

function brokenTwilio(fault: string, sender: Sender, id: string, url: string): Outgoing {
  const fields = twilioForm(sender, TEXT, sidOf(id));
  if (fault === 'wrong_signature') return twilio(url, fields, Buffer.alloc(20).toString('base64'));
  if (fault === 'no_signature') return twilio(url, fields, null);
  const { MessageSid: _, ...without } = fields;
  return twilio(url, without);
}

function brokenMeta(fault: string, sender: Sender, id: string): Outgoing {
  if (fault === 'wrong_signature') return meta(metaBody(sender, TEXT, wamidOf(id)), 'somebody else’s secret');
  return meta(fault === 'bad_json' ? '{"object": ' : '{"object": "whatsapp_business_account"}');
}

function brokenMail(fault: string, sender: Sender, id: string): Outgoing {
  const right = mime({ sender, subject: 'A question', text: TEXT, id });
  if (fault === 'wrong_token') return mail(right, 'a-guess');
  if (fault === 'no_token') return mail(right, null);
  return fault === 'wrong_type' ? mail(right, undefined, 'text/plain') : mail('just some words');
}

/** A request that the service should refuse. */
export function broken({ road, fault }: Fault, sender: Sender, id: string, twilioUrl: string): Outgoing {
  if (road === 'form') return brokenForm(fault, sender, id);
  if (road === 'twilio') return brokenTwilio(fault, sender, id, twilioUrl);
  return road === 'meta' ? brokenMeta(fault, sender, id) : brokenMail(fault, sender, id);
}
