import { isSensitiveKey } from '../../../../src/observability/redaction/keys.ts';

test.each(
  (
    'name email e-mail E_MAIL customerEmail from_address billingAddress firstName last_name profile_name ProfileName ' +
    'phone phoneNumber customer.phone wa_id message messageText rawBody html subject to From x-twilio-signature ' +
    'X-Hub-Signature-256 authorization Proxy-Authorization set-cookie authToken access_token client_secret apiKey ' +
    'x-api-key privateKey cardNumber card_number iban IBAN dateOfBirth.dob passwordHash value assignee source_ip ' +
    'x-forwarded-for'
  ).split(' '),
)('%s is sensitive', (key) => expect(isSensitiveKey(key)).toBe(true));

test.each(
  (
    'ticket_id customer_id phone_number_id email_status email_verified message_id correlation_id trace_id tool_name ' +
    'queue_name function metric token_count input_tokens outputTokens body_bytes idempotency_key content-type ' +
    'status reason channel gateway instances error_code duration_ms url series kind model endpoint method'
  ).split(' '),
)('%s is not', (key) => expect(isSensitiveKey(key)).toBe(false));

test('what has been asked before does not pile up', () => {
  for (let i = 0; i < 3_000; i += 1) expect(isSensitiveKey(`key_${i}`)).toBe(false);
  expect(isSensitiveKey('email')).toBe(true);
});
