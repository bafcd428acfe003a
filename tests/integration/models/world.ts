import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { AgentEffects, Turn } from '../../../src/fte/agent/contract.ts';
import { runAgent } from '../../../src/fte/agent/run.ts';
import type { ModelPrices } from '../../../src/fte/agent/usage.ts';
import { catalogue } from '../../../src/fte/catalogue.ts';
import type { SearchHit } from '../../../src/fte/knowledge/contract.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';

/** The name under which every model of these tests is asked for. */
export const MODEL_NAME = 'vendor.test-model-v1:0';

export const HIT: SearchHit = {
  id: 'swap-a-shift',
  title: 'Swap a shift',
  excerpt:
    'Open the shift in your schedule, choose Swap, pick a colleague, and send the request to your manager.',
  score: 0.9,
};

const TURN: Turn = {
  channel: 'web_form',
  ticketId: 'tkt_1',
  customerName: 'Ada',
  subject: 'Swapping a shift',
  text: 'How can I swap a shift with a colleague?',
  statedCategory: undefined,
  statedPriority: undefined,
  contactsOnIssue: 1,
  escalatedFor: undefined,
};

export interface Circumstances {
  readonly turn?: Partial<Turn>;
  readonly prices?: ModelPrices;
  readonly timeoutMs?: number;
  readonly hits?: readonly SearchHit[];
}

/** Takes what the process writes while `work` runs: the logger's lines, and whatever else there is. */
async function recorded<T>(work: () => Promise<T>): Promise<{ value: T; output: string }> {
  let output = '';
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const stream of streams) {
    stream.write = ((chunk: string | Uint8Array) => {
      output += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      return true;
    }) as typeof stream.write;
  }
  try {
    return { value: await work(), output };
  } finally {
    streams.forEach((stream, i) => {
      stream.write = writes[i]!;
    });
  }
}

/** One message through the whole loop, with this model. */
export async function answerWith(
  model: LanguageModelV4,
  { turn = {}, prices, timeoutMs = 15_000, hits = [HIT] }: Circumstances = {},
) {
  const configured = { model: [MODEL_NAME], gen_ai_request_model: [MODEL_NAME] };
  const metrics = createMetrics(catalogue, { configured });
  const done: string[] = [];
  const sent: string[] = [];
  const effects: AgentEffects = {
    async createTicket() {
      done.push('create_ticket');
      return { ticketId: 'tkt_1', operation: 'create' };
    },
    async customerHistory() {
      done.push('get_customer_history');
      return [];
    },
    async searchKnowledge() {
      done.push('search_knowledge_base');
      return hits;
    },
    async escalate({ reason }) {
      done.push(`escalate_to_human ${reason}`);
      return { escalated: true };
    },
    async sendResponse({ text }) {
      done.push('send_response');
      sent.push(text);
      return { replyId: `rep_${sent.length}` };
    },
  };
  const { value: result, output } = await recorded(() =>
    runAgent({ ...TURN, ...turn }, effects, {
      model,
      metrics,
      log: createLogger('test', 'DEBUG'),
      relevanceFloor: 0.5,
      timeoutMs,
      ...(prices === undefined ? {} : { prices }),
    }),
  );
  return { result, done, sent, output, families: await metrics.snapshot() };
}
