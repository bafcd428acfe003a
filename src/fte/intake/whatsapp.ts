import { messageId, type WhatsAppProviderName } from '../channels/whatsapp.ts';
import type { InboundMessage, Instant } from '../entities.ts';
import { newTicketId } from '../ids.ts';
import { cut } from '../input.ts';

/** WhatsApp's own limit is 4096 characters. */
const MAX_TEXT = 5000;
const MAX_NAME = 200;

/** A customer's message as a provider's webhook tells it. */
export function whatsappMessage(
  provider: WhatsAppProviderName,
  told: {
    readonly id: string;
    readonly from: string;
    readonly name: string | undefined;
    readonly text: string | undefined;
  },
  delivery: { readonly receivedAt: Instant; readonly correlationId: string },
): InboundMessage {
  return {
    id: messageId(provider, told.id),
    channel: 'whatsapp',
    // The provider knows whose number it is.
    from: { kind: 'whatsapp', value: told.from, verified: true },
    customerName: told.name && cut(told.name, MAX_NAME),
    subject: undefined,
    text: cut(told.text ?? '', MAX_TEXT),
    ticketId: newTicketId(),
    followUp: false,
    statedCategory: undefined,
    statedPriority: undefined,
    continues: undefined,
    thread: undefined,
    queued: false,
    ...delivery,
  };
}
