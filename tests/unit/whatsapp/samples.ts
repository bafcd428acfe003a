export const SID = `SM${'0123456789abcdef'.repeat(2)}`;

/** A customer's message with the parameters that Twilio documents for WhatsApp. */
export const TWILIO_MESSAGE = {
  SmsMessageSid: SID,
  NumMedia: '0',
  ProfileName: 'Sheena Nelson',
  MessageType: 'text',
  SmsSid: SID,
  WaId: '16505551234',
  SmsStatus: 'received',
  Body: 'Où est mon horaire? 50 % + 😀',
  To: 'whatsapp:+14155238886',
  NumSegments: '1',
  MessageSid: SID,
  AccountSid: `AC${'0'.repeat(32)}`,
  From: 'whatsapp:+16505551234',
  ApiVersion: '2010-04-01',
  ButtonText: '',
};
export const TWILIO_STATUS = {
  SmsSid: SID,
  SmsStatus: 'undelivered',
  MessageStatus: 'undelivered',
  ErrorCode: '63016',
  ChannelToAddress: '+1650555XXXX',
  To: 'whatsapp:+16505551234',
  MessageSid: SID,
  From: 'whatsapp:+14155238886',
};

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages */
export const META_MESSAGE = {
  from: '16505551234',
  id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=',
  timestamp: '1749416383',
  type: 'text',
  text: { body: 'Does it come in another color?' },
};
export const META_CONTACT = { profile: { name: 'Sheena Nelson' }, wa_id: '16505551234' };
export const META_STATUS = {
  id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI3MTE5MjVBOTE3MDk5QUVFM0YA',
  status: 'sent',
  timestamp: '1750263773',
  recipient_id: '16505551234',
  pricing: { billable: true },
};
export const METADATA = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };

/** One change of Meta's webhook. */
export const change = (value: object, field = 'messages') => ({
  field,
  value: { messaging_product: 'whatsapp', metadata: METADATA, ...value },
});
/** Meta's webhook. */
export const webhook = (...changes: unknown[]) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '102290129340398', changes }],
});
