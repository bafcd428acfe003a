import { tool } from 'ai';
import * as z from 'zod/mini';
import { CATEGORIES, ESCALATION_REASONS, PRIORITIES } from '../vocabulary.ts';
import type { Toolbox } from './toolbox.ts';

const line = z.string().check(z.minLength(1), z.maxLength(500));

/** The five tools as a model sees them. What they do, and in which order they may, is the toolbox's. */
export function modelTools(box: Toolbox) {
  return {
    create_ticket: tool({
      description: 'Open the ticket of this message. Always the first step.',
      inputSchema: z.object({ subject: line, category: z.enum(CATEGORIES), priority: z.enum(PRIORITIES) }),
      execute: ({ subject, category, priority }) => box.createTicket(subject, category, priority),
    }),
    get_customer_history: tool({
      description: 'Read what was written in this conversation before.',
      inputSchema: z.object({}),
      execute: () => box.history(),
    }),
    search_knowledge_base: tool({
      description: 'Search the help articles; at most five come back. An answer may use nothing else.',
      inputSchema: z.object({ query: z.string().check(z.minLength(1), z.maxLength(6000)) }),
      execute: ({ query }) => box.search(query),
    }),
    escalate_to_human: tool({
      description:
        'Hand the ticket to a person, with the reason and one sentence that tells them what it is about.',
      inputSchema: z.object({ reason: z.enum(ESCALATION_REASONS), summary: line }),
      execute: ({ reason, summary }) => box.escalate(reason, summary),
    }),
    send_response: tool({
      description: 'Answer the customer. The last step, and the only way to answer.',
      inputSchema: z.object({ text: z.string().check(z.minLength(1), z.maxLength(10_000)) }),
      execute: ({ text }) => box.reply(text),
    }),
  };
}
