import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { type TurnPrompt, turnSchema } from '../prompt.ts';

/** A tool's call and what came of it. */
export interface SeenCall {
  readonly tool: string;
  readonly outcome: Readonly<Record<string, unknown>>;
}

export interface Seen {
  readonly turn: TurnPrompt;
  readonly calls: readonly SeenCall[];
}

/**
 * What a prompt of the agent's loop says: the message, and the tools' results so far.
 *
 * @throws when the prompt is not the agent's.
 */
export function readPrompt(prompt: LanguageModelV4Prompt): Seen {
  const user = prompt.find((message) => message.role === 'user');
  const text = user?.content.find((part) => part.type === 'text')?.text ?? '';
  const results = prompt.flatMap((message) => (message.role === 'tool' ? message.content : []));
  return {
    turn: turnSchema.parse(JSON.parse(text)),
    calls: results.flatMap((part) => {
      if (part.type !== 'tool-result') return [];
      const outcome =
        part.output.type === 'json' ? (part.output.value as SeenCall['outcome']) : { failed: true };
      return [{ tool: part.toolName, outcome }];
    }),
  };
}
