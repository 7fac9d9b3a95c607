// A limit on the answer that is beyond what the model can, brought down to it: a model that was named is honoured as it is. Pure.
import { type Chat, outputLimitOf } from '../domain/chat.ts';
import type { CallOptions } from '../providers/provider.ts';

export type Fitted = { readonly chat: Chat; readonly warnings: readonly string[] };

/** A body that goes to its own vendor as it came is fitted by that vendor's adapter. */
export function fitOutput(chat: Chat, { model, native }: Pick<CallOptions, 'model' | 'native'>): Fitted {
  const most = model.details.maxOutputTokens;
  const wanted = outputLimitOf(chat);
  if (native || most === undefined || wanted === undefined || wanted <= most) return { chat, warnings: [] };
  const { max_tokens: _older, max_completion_tokens: _newer, ...rest } = chat;
  return {
    chat: { ...rest, max_completion_tokens: most },
    warnings: [`max_tokens ${wanted} was sent as ${most}: the model gives no more`],
  };
}
