/** The closed sets of words that the employee and its metrics share. */
export const CHANNELS = ['email', 'whatsapp', 'web_form'] as const;
export type Channel = (typeof CHANNELS)[number];

export const CATEGORIES = ['general', 'technical', 'billing', 'feedback', 'bug_report', 'unknown'] as const;
export type Category = (typeof CATEGORIES)[number];

export const PRIORITIES = ['low', 'medium', 'high', 'urgent', 'unknown'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const TICKET_STATUSES = ['open', 'in_progress', 'resolved', 'escalated', 'closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export const TICKET_OPERATIONS = [
  'create',
  'update',
  'assign',
  'escalate',
  'resolve',
  'reopen',
  'close',
] as const;
export type TicketOperation = (typeof TICKET_OPERATIONS)[number];

/** In their order: when several apply, the first is the one that counts. */
export const ESCALATION_REASONS = [
  'security_concern',
  'legal_matter',
  'explicit_human_request',
  'refund_request',
  'pricing_inquiry',
  'negative_sentiment',
  'profanity',
  'no_documentation_found',
  'repeat_contact',
  'sla_risk',
  'language_not_supported',
  'unable_to_parse_message',
  'service_unavailable',
  'processing_error',
] as const;
export type EscalationReason = (typeof ESCALATION_REASONS)[number];

export const TOOL_NAMES = [
  'search_knowledge_base',
  'create_ticket',
  'get_customer_history',
  'escalate_to_human',
  'send_response',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** A provider's words for what becomes of a message, in their order; `failed` is final. */
export const DELIVERY_STATUSES = ['queued', 'sent', 'delivered', 'read', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Read by a function each. */
export const WORK_QUEUES = ['incoming', 'outbound', 'escalations'] as const;
export type WorkQueue = (typeof WORK_QUEUES)[number];
export const QUEUES = [...WORK_QUEUES, 'dlq'] as const;
export type QueueName = (typeof QUEUES)[number];

export const GUARDRAILS = [
  'pricing',
  'refund',
  'competitor',
  'undocumented_feature',
  'internal_info',
  'length',
  'ungrounded',
  'prompt_injection',
  'pii',
  'tool_order',
] as const;
export type Guardrail = (typeof GUARDRAILS)[number];

/** How a conversation ended. */
export const OUTCOMES = ['resolved_confirmed', 'resolved_assumed', 'escalated', 'abandoned'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const INTERACTION_TYPES = ['ai_resolved', 'human_resolved', 'unresolved'] as const;
export type InteractionType = (typeof INTERACTION_TYPES)[number];

export const COMPONENTS = [
  'api',
  'email',
  'whatsapp',
  'web_form',
  'worker',
  'agent',
  'knowledge',
  'ticket',
  'delivery',
  'metrics',
] as const;
export type Component = (typeof COMPONENTS)[number];

/** Every Lambda function of `serverless.yml`, by its name there. */
export const FUNCTIONS = [
  'submit',
  'ticket',
  'followUp',
  'feedback',
  'operator',
  'records',
  'erasure',
  'agent',
  'deliver',
  'notify',
  'fleet',
  'upkeep',
  'health',
  'metrics',
  'page',
  'twilio',
  'meta',
  'email',
  'mailObject',
  'unmatched',
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Every API route, as API Gateway spells its route key. */
export const ROUTES = [
  'GET /',
  'POST /support/submit',
  'GET /support/ticket/{id}',
  'POST /support/ticket/{id}/messages',
  'POST /support/ticket/{id}/feedback',
  'GET /support/tickets',
  'GET /conversations/{id}',
  'GET /customers/lookup',
  'DELETE /customers/{id}',
  'GET /metrics/channels',
  'POST /support/ticket/{id}/assign',
  'POST /support/ticket/{id}/reply',
  'POST /support/ticket/{id}/resolve',
  'POST /support/ticket/{id}/reopen',
  'POST /support/ticket/{id}/close',
  'POST /webhooks/twilio',
  'GET /webhooks/meta',
  'POST /webhooks/meta',
  'POST /webhooks/email',
  'GET /health',
  'GET /metrics',
] as const;
export type Route = (typeof ROUTES)[number];
