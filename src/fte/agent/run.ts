import type { LanguageModelV4 } from '@ai-sdk/provider';
import { generateText, InvalidToolInputError, isStepCount, wrapLanguageModel } from 'ai';
import { toServiceError } from '../../observability/errors.ts';
import type { Log } from '../../observability/logger.ts';
import type { FteMetrics } from '../catalogue.ts';
import { modelFailed } from '../errors.ts';
import type { EscalationReason } from '../vocabulary.ts';
import type { AgentEffects, AgentResult, Turn } from './contract.ts';
import { INSTRUCTIONS, turnPrompt } from './prompt.ts';
import { createToolbox, REFUSALS, type Toolbox } from './toolbox.ts';
import { modelTools } from './tools.ts';
import { type Triage, triage } from './triage.ts';

/** A model that needs more steps than this goes round in circles. */
const MAX_STEPS = 12;
const APOLOGY =
  'We are sorry, we could not answer this ourselves. A member of our team has your message now and will answer you here.';

export interface AgentDependencies {
  readonly model: LanguageModelV4;
  /** Below this score an article answers nothing. */
  readonly relevanceFloor: number;
  readonly metrics: FteMetrics;
  readonly log: Log;
  /** How long the model may take in all, in milliseconds. */
  readonly timeoutMs: number;
}

/** A provider that does not listen to its signal must not hold the turn either. */
function orAborted<T>(work: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

/** The model with a stopwatch: `generate` is the step that answers, `plan` every other. */
function timedModel(
  model: LanguageModelV4,
  metrics: FteMetrics,
  add: (seconds: number) => void,
): LanguageModelV4 {
  return wrapLanguageModel({
    model,
    middleware: {
      specificationVersion: 'v4',
      wrapGenerate: async ({ doGenerate, params }) => {
        const started = performance.now();
        let operation: 'plan' | 'generate' = 'plan';
        try {
          const result = await orAborted(doGenerate(), params.abortSignal);
          const answers = result.content.some(
            (part) => part.type === 'tool-call' && part.toolName === 'send_response',
          );
          operation = answers ? 'generate' : 'plan';
          return result;
        } finally {
          const seconds = (performance.now() - started) / 1000;
          metrics.observe('fte_agent_thinking_time_seconds', { operation }, seconds);
          add(seconds);
        }
      },
    },
  });
}

/** Lets the model work with the tools until the customer is answered, or until it can't go on. */
async function think(
  turn: Turn,
  facts: Triage,
  box: Toolbox,
  model: LanguageModelV4,
  timeoutMs: number,
): Promise<void> {
  await generateText({
    model,
    instructions: INSTRUCTIONS,
    prompt: turnPrompt(turn, facts),
    tools: modelTools(box),
    toolChoice: 'required',
    prepareStep: () => ({ activeTools: [...box.allowed()] }),
    // One after the other: the order of the tools is the order of their effects.
    toolCallConcurrency: 1,
    maxRetries: 1,
    abortSignal: AbortSignal.timeout(timeoutMs),
    stopWhen: [
      isStepCount(MAX_STEPS),
      () => box.replyId !== undefined || box.failure !== undefined || box.refusals >= REFUSALS,
    ],
    onStepEnd: ({ toolCalls }) => {
      for (const call of toolCalls) {
        if (!call.invalid) continue;
        box.invalid(call.toolName, InvalidToolInputError.isInstance(call.error) ? 'invalid_args' : 'blocked');
      }
    },
  });
}

/** What is left to do when the model could not: ticket, a person, one apology. */
async function handOver(reason: EscalationReason, facts: Triage, turn: Turn, box: Toolbox): Promise<void> {
  if (!box.ticketReady) {
    await box.createTicket(turn.subject ?? 'Message from a customer', facts.category, facts.priority);
  }
  if (box.escalation === undefined) await box.escalate(reason, 'The employee could not answer this message.');
  if (!box.historyRead) await box.history();
  if (box.replyId === undefined) await box.reply(APOLOGY);
}

/**
 * Answers one message with a model and five tools, or hands it to people; either way the customer gets one reply.
 * What the model does wrong is counted and repaired here; what the world refuses is thrown.
 *
 * @throws what an effect threw, so that the queue delivers the message again.
 */
export async function runAgent(
  turn: Turn,
  effects: AgentEffects,
  dependencies: AgentDependencies,
): Promise<AgentResult> {
  const { metrics, log, relevanceFloor, timeoutMs } = dependencies;
  const started = performance.now();
  const facts = triage(turn, metrics);
  const box = createToolbox({ turn, triage: facts, effects, relevanceFloor, metrics, log });
  let thinkingSeconds = 0;
  const model = timedModel(dependencies.model, metrics, (seconds) => {
    thinkingSeconds += seconds;
  });

  let fallback: EscalationReason = 'processing_error';
  try {
    await think(turn, facts, box, model, timeoutMs);
  } catch (cause) {
    if (box.failure === undefined) {
      fallback = 'service_unavailable';
      const error = modelFailed(cause);
      metrics.inc('fte_errors_total', {
        error_type: error.type,
        component: 'agent',
        severity: error.severity,
      });
      log.error('the model failed; the matter goes to people', { error });
    }
  }
  if (box.failure !== undefined) throw toServiceError(box.failure);
  if (box.replyId === undefined) await handOver(box.due ?? fallback, facts, turn, box);
  metrics.observe(
    'fte_agent_thinking_time_seconds',
    { operation: 'run' },
    (performance.now() - started) / 1000,
  );

  return {
    category: facts.category,
    priority: facts.priority,
    sentiment: facts.sentiment,
    language: facts.language,
    escalation: box.escalation,
    replyId: box.replyId,
    toolCalls: box.calls,
    thinkingSeconds,
  };
}
