import { createTickets } from '../fte/tickets/tickets.ts';
import { type Config, loadConfig } from './config.ts';
import { conversationPort, replyPort } from './dynamodb/conversations.ts';
import { customerPort } from './dynamodb/customers.ts';
import { deploymentPort } from './dynamodb/deployments.ts';
import { erasurePort } from './dynamodb/erasure.ts';
import { messagePort } from './dynamodb/messages.ts';
import { sourcePort } from './dynamodb/sources.ts';
import { openTable } from './dynamodb/table.ts';
import { ticketPort } from './dynamodb/tickets.ts';
import { queuePort } from './sqs.ts';
import { log, metrics } from './telemetry.ts';

/** The ports of one process, on AWS or on what stands in for it. Handlers take from here what they need. */
export function connect(config: Config = loadConfig()) {
  const table = openTable(config.table);
  const ticketStore = ticketPort(table);
  return {
    config,
    log,
    metrics,
    now: () => Date.now(),
    table,
    messages: messagePort(table),
    customers: customerPort(table),
    conversations: conversationPort(table),
    replies: replyPort(table),
    erasure: erasurePort(table),
    sources: sourcePort(table, config.sourceMessagesPerMinute),
    deployments: deploymentPort(table),
    ticketStore,
    tickets: createTickets(ticketStore, metrics),
    queue: queuePort(config.queues),
  };
}
export type Service = ReturnType<typeof connect>;
