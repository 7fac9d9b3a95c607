// One call for a whole answer, and what was used by it.
import { estimateTokens } from '../domain/estimateTokens.ts';
import type { Chat } from '../domain/chat.ts';
import { type Usage, toWholeUsage } from '../domain/usage.ts';
import type { Answer } from '../providers/provider.ts';
import type { Run } from './attempts.ts';
import { fitOutput } from './fitOutput.ts';

export type WholeCall = { readonly answer: Answer; readonly usage: Usage };

export function callWhole(chat: Chat, inputTokens: number): Run<WholeCall> {
  return async (provider, options, { deadline }) => {
    const fitted = fitOutput(chat, options);
    const answer = await provider.complete(fitted.chat, options);
    deadline.stop();
    const usage = answer.usage ? toWholeUsage(answer.usage) : estimateUsage(inputTokens, textsOf(answer));
    return { answer: { ...answer, warnings: [...fitted.warnings, ...answer.warnings] }, usage };
  };
}

function textsOf({ completion }: Answer): string {
  return completion.choices
    .map(({ message }) => (message.content ?? '') + JSON.stringify(message.tool_calls ?? ''))
    .join('\n');
}

/** Where a vendor gave no counts, or they were lost: estimated from the texts, and marked. */
export function estimateUsage(inputTokens: number, output: string): Usage {
  return {
    input: inputTokens,
    cachedInput: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: estimateTokens(output),
    reasoning: 0,
    estimated: true,
  };
}
