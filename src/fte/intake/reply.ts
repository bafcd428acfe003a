import type { InboundMessage } from '../entities.ts';

/** What the sender of a message is told at once. */
export interface Submitted {
  readonly ticket_id: string;
  readonly message: string;
  readonly estimated_response_time: string;
}

/** The employee's own time; people's depends on the priority that the ticket gets. */
const ESTIMATE = 'under 1 minute';

export function submitted({ ticketId, followUp }: InboundMessage): Submitted {
  return {
    ticket_id: ticketId,
    message: followUp
      ? 'Thank you, we have added your message to the ticket.'
      : 'Thank you, we have received your message. Keep the ticket id: with it you can read our answer.',
    estimated_response_time: ESTIMATE,
  };
}
