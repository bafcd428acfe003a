import type { SearchHit } from '../knowledge/contract.ts';
import type { Category, Channel, EscalationReason, Priority } from '../vocabulary.ts';

/** One earlier message that the employee may read. */
export interface HistoryItem {
  readonly from: 'customer' | 'employee' | 'person';
  readonly channel: Channel;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One customer's message, with what the employee knows before it thinks. */
export interface Turn {
  readonly channel: Channel;
  readonly ticketId: string;
  readonly customerName: string | undefined;
  readonly subject: string | undefined;
  readonly text: string;
  /** What the form said, where it said something. */
  readonly statedCategory: Category | undefined;
  readonly statedPriority: Priority | undefined;
  /** How often the customer has written about this issue, this message included. */
  readonly contactsOnIssue: number;
  /** Why an earlier attempt at this very message handed the ticket to people: this one has to go on from there. */
  readonly escalatedFor: EscalationReason | undefined;
}

/** What the tools do in the world. The loop around them counts calls and keeps their order. */
export interface AgentEffects {
  /** Commits the ticket, or finds the conversation's open one. Throws when the store fails. */
  createTicket(input: {
    readonly subject: string;
    readonly category: Category;
    readonly priority: Priority;
  }): Promise<{ readonly ticketId: string; readonly operation: 'create' | 'update' }>;
  customerHistory(): Promise<readonly HistoryItem[]>;
  searchKnowledge(query: string): Promise<readonly SearchHit[]>;
  /** Hands the ticket to people. `escalated` is false when it was already theirs. */
  escalate(input: {
    readonly reason: EscalationReason;
    readonly priority: Priority;
    readonly summary: string;
  }): Promise<{ readonly escalated: boolean }>;
  /** Stores the reply, as it will be delivered, and queues it. */
  sendResponse(input: { readonly text: string }): Promise<{ readonly replyId: string }>;
}

export interface ToolCallRecord {
  readonly tool: string;
  readonly status: 'success' | 'error' | 'timeout' | 'invalid_args' | 'blocked';
  readonly durationMs: number;
}

export interface AgentResult {
  readonly category: Category;
  readonly priority: Priority;
  /** 0 (angry) to 1 (happy). */
  readonly sentiment: number;
  /** ISO 639-1, or `und`. */
  readonly language: string;
  readonly escalation: EscalationReason | undefined;
  readonly replyId: string | undefined;
  readonly toolCalls: readonly ToolCallRecord[];
  readonly thinkingSeconds: number;
}
