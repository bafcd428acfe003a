import {
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4Usage,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { playbookModel } from '../../fte/agent/playbook/model.ts';
import { outgoingHeaders } from '../../observability/propagation.ts';
import { secretSource } from '../secrets.ts';
import type { ModelConfig } from './config.ts';
import { cleaned, isRefusal } from './failures.ts';

type ConfigOf<P extends ModelConfig['provider']> = Extract<ModelConfig, { provider: P }>;

interface Remote {
  /** The label under which its calls are counted. */
  readonly provider: 'openai_compatible' | 'aws.bedrock';
  readonly config: ModelConfig;
  /** Loads the provider's code and makes the model, before the first call. */
  readonly open: () => Promise<LanguageModelV4>;
  /** What may be known of a failure outside. */
  readonly failed: (error: unknown) => Error;
}

/** Ends with the caller's signal or when the time is up, whichever comes first. */
function timeLimit(ms: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  if (outer?.aborted) follow();
  outer?.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`the model did not answer within ${ms} ms`, 'TimeoutError'));
  }, ms);
  return {
    signal: controller.signal,
    end(): void {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
    },
  };
}

function remoteModel({ provider, config, open, failed }: Remote): LanguageModelV4 {
  let opened: Promise<LanguageModelV4> | undefined;

  async function call(options: LanguageModelV4CallOptions) {
    let limit: ReturnType<typeof timeLimit> | undefined;
    try {
      opened ??= open();
      const model = await opened;
      // Loading is not the model's time: the clock runs from here on.
      limit = timeLimit(config.timeoutMs, options.abortSignal);
      const headers = { ...options.headers, ...outgoingHeaders() };
      return await model.doGenerate({ ...options, headers, abortSignal: limit.signal });
    } catch (error) {
      throw failed(error);
    } finally {
      limit?.end();
    }
  }

  return {
    specificationVersion: 'v4',
    provider,
    modelId: config.name,
    supportedUrls: {},
    doGenerate: call,
    doStream: async () => {
      throw new UnsupportedFunctionalityError({ functionality: 'streaming' });
    },
  };
}

interface ReportedUsage {
  readonly prompt_tokens?: number | null | undefined;
  readonly completion_tokens?: number | null | undefined;
}

/** The provider's own reading makes a zero of what was not reported. */
function readUsage(reported: ReportedUsage | null | undefined): LanguageModelV4Usage {
  const [input, output] = [reported?.prompt_tokens ?? undefined, reported?.completion_tokens ?? undefined];
  return {
    inputTokens: { total: input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: output, text: undefined, reasoning: undefined },
  };
}

function openaiCompatible(config: ConfigOf<'openai_compatible'>): LanguageModelV4 {
  const key = config.key === undefined ? undefined : secretSource(config.key);
  let used: string | undefined;
  return remoteModel({
    provider: 'openai_compatible',
    config,
    async open() {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const apiKey =
        key &&
        (async () => {
          used = await key.get();
          return used;
        });
      return createOpenAICompatible({
        name: 'openai_compatible',
        baseURL: config.url,
        convertUsage: readUsage,
        ...(apiKey === undefined ? {} : { apiKey }),
      })(config.name);
    },
    failed(error) {
      if (isRefusal(error)) key?.forget();
      return cleaned(error, used);
    },
  });
}

/** The function's own role is the credential; AWS_ENDPOINT_URL_BEDROCK_RUNTIME leads to another endpoint. */
function bedrock(config: ConfigOf<'bedrock'>): LanguageModelV4 {
  return remoteModel({
    provider: 'aws.bedrock',
    config,
    async open() {
      const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock');
      return createAmazonBedrock({ region: config.region })(config.name);
    },
    failed: (error) => cleaned(error, undefined),
  });
}

/**
 * The model that the configuration names. Making it costs nothing: a provider's code is loaded, and its key fetched,
 * with the first call. An endpoint has `timeoutMs` for a call, and an error carries neither key nor request.
 *
 * @example const model = createModel(loadModelConfig());
 */
export function createModel(config: ModelConfig): LanguageModelV4 {
  switch (config.provider) {
    case 'playbook':
      return playbookModel();
    case 'openai_compatible':
      return openaiCompatible(config);
    case 'bedrock':
      return bedrock(config);
  }
}
