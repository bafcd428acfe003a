import {
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4GenerateResult,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { nextCall } from './plan.ts';
import { readPrompt } from './read-prompt.ts';

const NO_USAGE = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

function answer(options: LanguageModelV4CallOptions): LanguageModelV4GenerateResult {
  const seen = readPrompt(options.prompt);
  const call = nextCall(seen);
  if (call === undefined) {
    return { content: [], finishReason: { unified: 'stop', raw: undefined }, usage: NO_USAGE, warnings: [] };
  }
  return {
    content: [
      {
        type: 'tool-call',
        toolCallId: `call-${seen.calls.length + 1}`,
        toolName: call.tool,
        input: JSON.stringify(call.input),
      },
    ],
    finishReason: { unified: 'tool-calls', raw: undefined },
    usage: NO_USAGE,
    warnings: [],
  };
}

/**
 * The embedded default: a model that follows a playbook instead of predicting words. It implements the AI SDK's own
 * model interface, so the loop, the tools and the metrics are the same as with a real one; it needs no key, no
 * network and no time, and the same message always gets the same answer.
 */
export function playbookModel(): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'playbook',
    modelId: 'playbook',
    supportedUrls: {},
    doGenerate: async (options) => answer(options),
    doStream: async () => {
      throw new UnsupportedFunctionalityError({ functionality: 'streaming from the playbook' });
    },
  };
}
