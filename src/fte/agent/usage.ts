import type { LanguageModelV4, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Environment } from '../../observability/config.ts';
import type { FteCatalogue, FteMetrics } from '../catalogue.ts';

/** What a model costs, in US dollars per million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}
/** Prices by the name under which a model is asked for. */
export type ModelPrices = Readonly<Record<string, ModelPrice>>;

type ProviderName = FteCatalogue['fte_gen_ai_client_token_usage']['labels']['gen_ai_provider_name'][number];

export interface ModelCall {
  readonly model: Pick<LanguageModelV4, 'provider' | 'modelId'>;
  /** `generate` is the call that answers the customer, `plan` every other. */
  readonly operation: 'plan' | 'generate';
  readonly usage: LanguageModelV4Usage;
}

/** The values of the labels that name a model: the embedded one, and the one that FTE_MODEL_NAME names. */
export function countedModels(env: Environment = process.env): readonly string[] {
  return [...new Set(['playbook', env.FTE_MODEL_NAME || 'playbook'])];
}

/** A total is for ever: one absurd number of an endpoint would spoil it. */
function tokens(count: number | undefined): number | undefined {
  return count !== undefined && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/**
 * Counts the tokens of one model call and, where its model has a price, what they cost in US dollars. What the
 * provider does not report is not counted: no sample is better than a zero that nobody measured.
 */
export function countUsage(
  metrics: FteMetrics,
  { model, operation, usage }: ModelCall,
  prices: ModelPrices = {},
): void {
  const input = tokens(usage.inputTokens.total);
  const output = tokens(usage.outputTokens.total);
  const labels = {
    // A provider outside the set is counted as `other`, as every label's value is.
    gen_ai_provider_name: model.provider as ProviderName,
    gen_ai_request_model: model.modelId,
    gen_ai_operation_name: 'chat',
  } as const;
  if (input !== undefined) {
    metrics.observe('fte_gen_ai_client_token_usage', { ...labels, gen_ai_token_type: 'input' }, input);
  }
  if (output !== undefined) {
    metrics.observe('fte_gen_ai_client_token_usage', { ...labels, gen_ai_token_type: 'output' }, output);
  }

  const price = Object.hasOwn(prices, model.modelId) ? prices[model.modelId] : undefined;
  if (price === undefined || (input === undefined && output === undefined)) return;
  const usd = ((input ?? 0) * price.input + (output ?? 0) * price.output) / 1_000_000;
  metrics.inc('fte_llm_cost_usd_total', { model: model.modelId, operation }, usd);
}
