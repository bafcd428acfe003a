import type { FunctionName, QueueName } from '../src/fte/vocabulary.ts';

type ItemCall = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';
export type Queue = Exclude<QueueName, 'dlq'>;

/** What one function may do beyond writing its own logs and traces. What is not named is denied. */
export interface Permissions {
  /** Calls on the table's items. */
  readonly items?: readonly ItemCall[];
  /** Queries of the table's index. */
  readonly index?: boolean;
  /** The queues that it puts messages into. */
  readonly sendsTo?: readonly Queue[];
  /** The queue that Lambda reads on its behalf. */
  readonly consumes?: Queue;
  /** The queues that it asks for their length. */
  readonly measures?: readonly QueueName[];
  /** Asks CloudWatch how old the queues' oldest messages are. */
  readonly readsAges?: boolean;
  /** The objects of the fleet's ledger. */
  readonly ledger?: 'read' | 'write';
  /** Events that have failed for good go there: Lambda puts them on its behalf, the function those that no try would mend. */
  readonly failsInto?: 'mail';
  /** Mails that SES has put into the bucket. */
  readonly readsMail?: boolean;
  readonly deletesMail?: boolean;
  readonly sendsMail?: boolean;
  /** Invokes the model, where that is on Amazon Bedrock. */
  readonly asksModel?: boolean;
  /** Asks the model, the mail service and WhatsApp whether they are there. */
  readonly asksProviders?: boolean;
  /** The variables that name the parameters it fetches. */
  readonly secrets?: readonly string[];
}

/** Every function talks to the gateways, and these are how it shows who it is. */
export const GATEWAY_SECRETS = ['FTE_GATEWAY_PASSWORD_PARAMETER', 'FTE_GATEWAY_TOKEN_PARAMETER'] as const;

const PROVIDER_SECRETS = [
  'FTE_MODEL_API_KEY_PARAMETER',
  'FTE_TWILIO_AUTH_TOKEN_PARAMETER',
  'FTE_META_ACCESS_TOKEN_PARAMETER',
] as const;

const write = ['GetItem', 'PutItem', 'UpdateItem'] as const;
/** Finds out that a customer was erased meanwhile, and takes back what it wrote. */
const takesBack = [...write, 'Query', 'DeleteItem'] as const;
/** Refuse floods, store once, leave a receipt, queue. */
const intake = { items: write, sendsTo: ['incoming'] } as const;
/** Brings messages, and news of replies that were not delivered after all, which are for people. */
const webhook = { items: write, sendsTo: ['incoming', 'escalations'] } as const;

/**
 * Least privilege, function by function. The tests watch what each of them really asks of AWS: no less than that, and
 * no more. Who writes with a condition may read, too: that is how a lost answer is told from somebody else's write.
 */
export const PERMISSIONS: Readonly<Record<FunctionName, Permissions>> = {
  submit: intake,
  followUp: { items: [...write, 'Query'], sendsTo: ['incoming'] },
  ticket: { items: ['Query'] },
  feedback: { items: ['GetItem', 'UpdateItem', 'Query'] },
  operator: { items: takesBack, index: true, sendsTo: ['outbound'] },
  records: { items: ['GetItem', 'Query'], index: true },
  erasure: { items: takesBack, index: true, deletesMail: true },
  agent: {
    items: takesBack,
    index: true,
    sendsTo: ['outbound', 'escalations'],
    consumes: 'incoming',
    asksModel: true,
    secrets: ['FTE_MODEL_API_KEY_PARAMETER'],
  },
  deliver: {
    items: ['GetItem', 'UpdateItem'],
    sendsTo: ['escalations'],
    consumes: 'outbound',
    sendsMail: true,
    secrets: ['FTE_TWILIO_AUTH_TOKEN_PARAMETER', 'FTE_META_ACCESS_TOKEN_PARAMETER'],
  },
  notify: { consumes: 'escalations', sendsMail: true, secrets: ['FTE_NOTIFY_WEBHOOK_URL_PARAMETER'] },
  fleet: {
    items: write,
    index: true,
    measures: ['incoming', 'outbound', 'escalations', 'dlq'],
    readsAges: true,
    ledger: 'write',
    asksProviders: true,
    secrets: PROVIDER_SECRETS,
  },
  upkeep: { items: takesBack, index: true, sendsTo: ['incoming', 'outbound', 'escalations'] },
  health: { items: ['GetItem'], measures: ['incoming'], asksProviders: true, secrets: PROVIDER_SECRETS },
  metrics: { items: ['GetItem'], ledger: 'read' },
  page: {},
  twilio: { ...webhook, secrets: ['FTE_TWILIO_AUTH_TOKEN_PARAMETER'] },
  meta: { ...webhook, secrets: ['FTE_META_APP_SECRET_PARAMETER', 'FTE_META_VERIFY_TOKEN_PARAMETER'] },
  email: intake,
  mailObject: { ...intake, readsMail: true, failsInto: 'mail' },
  unmatched: {},
};
