import { setTimeout as pause } from 'node:timers/promises';
import { APICallError, type LanguageModelV4 } from '@ai-sdk/provider';
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
import { countInjection, type Triage, triage } from './triage.ts';
import { countUsage, type ModelPrices } from './usage.ts';

/** A model that needs more steps than this goes round in circles. */
const MAX_STEPS = 12;
/** After so many steps in a row without one call that could be read, it is no model to work with. */
const MAX_GARBAGE_STEPS = 3;
/** Before a second try, where the provider does not say how long, in milliseconds. */
const RETRY_AFTER_MS = 500;
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
  /** What the model costs; without a price no cost is counted. */
  readonly prices?: ModelPrices;
}

/** A provider that does not listen to its signal must not hold the turn either. */
function orAborted<T>(work: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject);
  });
}

/** How long a busy or broken provider is to be left alone, in milliseconds; nothing where a second try is useless. */
function retryAfter(error: unknown): number | undefined {
  if (!APICallError.isInstance(error) || !error.isRetryable) return undefined;
  const stated = error.responseHeaders?.['retry-after'];
  const seconds = Number(stated ?? Number.NaN);
  const ms = Number.isNaN(seconds) ? Date.parse(stated ?? '') - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? RETRY_AFTER_MS : Math.max(0, ms);
}

/** The model with a stopwatch: `generate` is the step that answers, `plan` every other. */
function timedModel(
  { model, metrics, prices, timeoutMs }: AgentDependencies,
  add: (seconds: number) => void,
): LanguageModelV4 {
  const deadline = performance.now() + timeoutMs;
  return wrapLanguageModel({
    model,
    middleware: {
      specificationVersion: 'v4',
      wrapGenerate: async ({ doGenerate, params: { abortSignal } }) => {
        async function attempt() {
          const started = performance.now();
          let operation: 'plan' | 'generate' = 'plan';
          try {
            const result = await orAborted(doGenerate(), abortSignal);
            const answers = result.content.some(
              (part) => part.type === 'tool-call' && part.toolName === 'send_response',
            );
            operation = answers ? 'generate' : 'plan';
            countUsage(metrics, { model, operation, usage: result.usage }, prices);
            return result;
          } finally {
            const seconds = (performance.now() - started) / 1000;
            metrics.observe('fte_agent_thinking_time_seconds', { operation }, seconds);
            add(seconds);
          }
        }
        try {
          return await attempt();
        } catch (error) {
          const wait = retryAfter(error);
          // Waiting for longer than there is time would only keep the customer from a person.
          if (wait === undefined || performance.now() + wait >= deadline) throw error;
          await pause(wait);
          return attempt();
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
  const tools = modelTools(box);
  let garbageSteps = 0;
  await generateText({
    model,
    instructions: INSTRUCTIONS,
    prompt: turnPrompt(turn, facts),
    tools,
    toolChoice: 'required',
    prepareStep: () => ({ activeTools: [...box.allowed()] }),
    // One after the other: the order of the tools is the order of their effects.
    toolCallConcurrency: 1,
    // The second try is `timedModel`'s: it knows how much time is left.
    maxRetries: 0,
    abortSignal: AbortSignal.timeout(timeoutMs),
    stopWhen: [
      isStepCount(MAX_STEPS),
      () => garbageSteps >= MAX_GARBAGE_STEPS,
      () => box.replyId !== undefined || box.failure !== undefined || box.refusals >= REFUSALS,
    ],
    onStepEnd: ({ toolCalls }) => {
      let garbage = 0;
      for (const call of toolCalls) {
        if (!call.invalid) continue;
        const badInput = InvalidToolInputError.isInstance(call.error);
        box.invalid(call.toolName, badInput ? 'invalid_args' : 'blocked');
        if (badInput || !Object.hasOwn(tools, call.toolName)) garbage += 1;
      }
      garbageSteps = garbage === toolCalls.length ? garbageSteps + 1 : 0;
    },
  });
  if (garbageSteps >= MAX_GARBAGE_STEPS) throw new Error('the model made no call that could be read');
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

function resultOf(facts: Triage, box: Toolbox, thinkingSeconds: number): AgentResult {
  const { category, priority, sentiment, language } = facts;
  const { escalation, replyId, calls } = box;
  return { category, priority, sentiment, language, escalation, replyId, toolCalls: calls, thinkingSeconds };
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
  const { metrics, log, timeoutMs } = dependencies;
  const started = performance.now();
  countInjection(turn, metrics);
  const facts = triage(turn, metrics);
  const box = createToolbox({ ...dependencies, turn, triage: facts, effects });
  let thinkingSeconds = 0;
  const model = timedModel(dependencies, (seconds) => {
    thinkingSeconds += seconds;
  });

  let fallback: EscalationReason = 'processing_error';
  try {
    await think(turn, facts, box, model, timeoutMs);
  } catch (cause) {
    if (box.failure === undefined) {
      fallback = 'service_unavailable';
      const error = modelFailed(cause);
      const { type: error_type, severity } = error;
      metrics.inc('fte_errors_total', { error_type, component: 'agent', severity });
      log.error('the model failed; the matter goes to people', { error });
    }
  }
  if (box.failure !== undefined) throw toServiceError(box.failure);
  if (box.replyId === undefined) await handOver(box.due ?? fallback, facts, turn, box);
  const seconds = (performance.now() - started) / 1000;
  metrics.observe('fte_agent_thinking_time_seconds', { operation: 'run' }, seconds);
  metrics.observe('fte_sentiment_score', { channel: turn.channel }, facts.sentiment);
  return resultOf(facts, box, thinkingSeconds);
}

/**
 * Hands one message to people without asking a model: what is left when `runAgent` has failed for the last time.
 *
 * @throws what an effect threw.
 */
export async function handOverTurn(
  turn: Turn,
  effects: AgentEffects,
  dependencies: Omit<AgentDependencies, 'model' | 'timeoutMs' | 'prices'>,
): Promise<AgentResult> {
  const facts = triage(turn, dependencies.metrics);
  const box = createToolbox({ ...dependencies, turn, triage: facts, effects });
  await handOver(box.due ?? 'processing_error', facts, turn, box);
  return resultOf(facts, box, 0);
}
