import { CONFIGURED, defineCatalogue } from '../observability/catalogue.ts';
import { libraryMetrics } from '../observability/library-metrics.ts';
import type { Metrics } from '../observability/metrics.ts';
import {
  CATEGORIES,
  CHANNELS,
  COMPONENTS,
  DELIVERY_STATUSES,
  ESCALATION_REASONS,
  FUNCTIONS,
  GUARDRAILS,
  INTERACTION_TYPES,
  OUTCOMES,
  PRIORITIES,
  QUEUES,
  ROUTES,
  TICKET_OPERATIONS,
  TOOL_NAMES,
  WORK_QUEUES,
} from './vocabulary.ts';

const CHANNEL = { channel: CHANNELS } as const;
const CATEGORY_PRIORITY = { category: CATEGORIES, priority: PRIORITIES } as const;

/** Every metric of the employee and, spread in, the library's own. What a number means stands in `help`. */
export const catalogue = defineCatalogue({
  ...libraryMetrics({ functions: FUNCTIONS, routes: ROUTES, components: COMPONENTS }),

  fte_customer_interactions_total: {
    type: 'counter',
    help: 'Messages, surveys aside. inbound: once deduplicated and stored. outbound: when the provider has accepted it.',
    labels: {
      ...CHANNEL,
      direction: ['inbound', 'outbound'],
      status: ['success', 'failed', 'duplicate', 'rejected', 'rate_limited'],
    },
  },
  fte_customer_response_time_seconds: {
    type: 'histogram',
    help: "From the provider's receive time to the acceptance of the turn's first reply.",
    labels: CHANNEL,
    buckets: [1, 2, 3, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600],
  },
  fte_ticket_operations_total: {
    type: 'counter',
    help: 'Ticket operations, after the commit; status is that of the operation.',
    labels: { operation: TICKET_OPERATIONS, ...CATEGORY_PRIORITY, status: ['success', 'failure'] },
  },
  fte_ticket_resolution_time_seconds: {
    type: 'histogram',
    help: 'From created to resolved, calendar time.',
    labels: CATEGORY_PRIORITY,
    scale: 3,
    buckets: [60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 259200, 604800, 1209600],
  },
  fte_agent_thinking_time_seconds: {
    type: 'histogram',
    help: 'Model time, tools excluded; run is a whole run and never summed with the others.',
    labels: { operation: ['classify', 'plan', 'generate', 'sentiment', 'run'] },
    buckets: [0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 45, 60, 90, 120],
  },
  fte_agent_tool_calls_total: {
    type: 'counter',
    help: 'Tool calls, each attempt.',
    labels: { tool_name: TOOL_NAMES, status: ['success', 'error', 'timeout', 'invalid_args', 'blocked'] },
  },
  fte_active_conversations: {
    type: 'gauge',
    help: 'Conversations whose last message is younger than 24 h.',
    labels: {},
  },
  fte_message_queue_size: {
    type: 'gauge',
    help: 'Messages in a queue, visible and in flight; dlq is all dead-letter queues together.',
    labels: { queue_name: QUEUES },
  },
  fte_system_uptime_seconds: {
    type: 'gauge',
    help: 'Since this deployment began to serve.',
    labels: {},
  },
  fte_customer_satisfaction_score: {
    type: 'summary',
    help: 'Ratings from 1 to 5; the mean is sum / count.',
    scale: 0,
    labels: { interaction_type: INTERACTION_TYPES },
  },
  fte_escalations_total: {
    type: 'counter',
    help: 'Escalations to a person, once a ticket, with the first reason that applied.',
    labels: { reason: ESCALATION_REASONS, ...CHANNEL },
  },
  fte_service_info: {
    type: 'gauge',
    help: 'Always 1; the labels are build facts.',
    labels: { version: CONFIGURED, service: CONFIGURED, team: CONFIGURED },
    plausible: [],
  },

  fte_dependency_up: {
    type: 'gauge',
    help: '1 when the check of /health reached the dependency, else 0; absent where it is not configured.',
    labels: { dependency: ['database', 'queue', 'gateway', 'model', 'mail', 'whatsapp'] },
  },
  fte_conversation_outcomes_total: {
    type: 'counter',
    help: 'How a conversation ended, once, at its settlement.',
    labels: { ...CHANNEL, outcome: OUTCOMES },
  },
  fte_first_response_time_seconds: {
    type: 'histogram',
    help: "From a conversation's first message to the acceptance of its first reply.",
    labels: CHANNEL,
    buckets: [1, 2, 3, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600],
  },
  fte_human_pickup_time_seconds: {
    type: 'histogram',
    help: 'From the escalation to its assignment to a person.',
    labels: { priority: PRIORITIES },
    buckets: [60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400],
  },
  fte_delivery_duration_seconds: {
    type: 'histogram',
    help: "One delivery, from the adapter's call to the provider's answer.",
    labels: CHANNEL,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60],
  },
  fte_kb_search_duration_seconds: {
    type: 'histogram',
    help: 'One search of the knowledge base.',
    labels: {},
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  fte_unanswered_conversations: {
    type: 'gauge',
    help: "Conversations in which a customer's last word is older than 1 h.",
    labels: {},
  },
  fte_deliveries_in_doubt_total: {
    type: 'counter',
    help: 'Replies of which it is unknown whether they were sent: handed to a person, not repeated.',
    labels: CHANNEL,
  },
  fte_ticket_reopens_total: {
    type: 'counter',
    help: 'Tickets opened again after they were resolved or closed.',
    labels: { category: CATEGORIES, ...CHANNEL },
  },
  fte_sla_evaluations_total: {
    type: 'counter',
    help: 'Service targets evaluated. delivery: once the end is known; a reply that was refused for good or may not have arrived is a breach, and surveys have none.',
    labels: { sla: ['first_response', 'delivery', 'resolution', 'human_ack'], ...CHANNEL },
  },
  fte_sla_breaches_total: {
    type: 'counter',
    help: 'Service targets missed.',
    labels: { sla: ['first_response', 'delivery', 'resolution', 'human_ack'], ...CHANNEL },
  },
  fte_csat_ratings_total: {
    type: 'counter',
    help: 'Ratings by score; CSAT % is the share of 4 and 5.',
    labels: { ...CHANNEL, score: ['1', '2', '3', '4', '5'] },
  },
  fte_csat_surveys_sent_total: {
    type: 'counter',
    help: 'Requests for a rating that the provider has accepted, once a ticket; a form asks on its page instead.',
    labels: CHANNEL,
  },
  fte_guardrail_events_total: {
    type: 'counter',
    help: 'Guardrails that acted, each attempt at a message, and what they did; the third refused reply of a turn is escalated.',
    labels: { guardrail: GUARDRAILS, action: ['blocked', 'rewritten', 'escalated', 'logged'] },
  },
  fte_gen_ai_client_token_usage: {
    type: 'histogram',
    help: 'Tokens of one model call, by direction (OpenTelemetry GenAI conventions).',
    labels: {
      gen_ai_provider_name: ['playbook', 'openai_compatible', 'aws.bedrock'],
      gen_ai_request_model: CONFIGURED,
      gen_ai_operation_name: ['chat'],
      gen_ai_token_type: ['input', 'output'],
    },
    scale: 0,
    buckets: Array.from({ length: 14 }, (_, i) => 4 ** i),
    plausible: [],
  },
  fte_llm_cost_usd_total: {
    type: 'counter',
    help: 'Model cost in US dollars, from the price table of the configuration.',
    scale: 9,
    labels: { model: CONFIGURED, operation: ['classify', 'plan', 'generate', 'sentiment'] },
    plausible: [],
  },
  fte_kb_searches_total: {
    type: 'counter',
    help: 'Searches of the knowledge base by what they found.',
    labels: { result: ['hit', 'low_relevance', 'miss', 'error'] },
  },
  fte_identity_matches_total: {
    type: 'counter',
    help: 'How an address was matched to a customer.',
    labels: { result: ['matched', 'cross_channel', 'created', 'ambiguous', 'failed'] },
  },
  fte_sentiment_score: {
    type: 'histogram',
    help: 'Sentiment of a message, 0 (angry) to 1 (happy).',
    labels: CHANNEL,
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  },
  fte_webhook_rejections_total: {
    type: 'counter',
    help: 'Messages refused at the door, by reason.',
    labels: {
      ...CHANNEL,
      reason: ['signature', 'stale', 'malformed', 'too_large', 'rate_limited', 'unauthorized'],
    },
  },
  fte_duplicate_messages_total: {
    type: 'counter',
    help: 'Messages that a provider or a caller sent again.',
    labels: CHANNEL,
  },
  fte_delivery_status_total: {
    type: 'counter',
    help: "A provider's word on a delivery.",
    labels: { ...CHANNEL, status: DELIVERY_STATUSES },
  },
  fte_escalations_overdue: {
    type: 'gauge',
    help: 'Escalated tickets, opened within the last 30 days, that nobody has taken over or answered within the target for their priority.',
    labels: { priority: PRIORITIES },
  },
  fte_queue_oldest_message_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest message of a queue, to the minute.',
    labels: { queue_name: WORK_QUEUES },
  },
});

export type FteCatalogue = typeof catalogue;
export type FteMetrics = Metrics<FteCatalogue>;
