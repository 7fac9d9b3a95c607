// What Anthropic's Messages API answers, in the neutral form. Pure.
import { z } from 'zod';
import type { AnswerMessage, Completion, FinishReason } from '../../domain/chat.ts';
import type { Usage } from '../../domain/usage.ts';
import { malformed, parseReply } from '../failures.ts';
import { ProviderError } from '../provider.ts';

/** What a caller reads in `refusal` when the model itself gave no words. */
export const REFUSED_TEXT = 'The model refused to answer.';

const count = z.number().nonnegative().nullish();
const AnthropicUsage = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z.looseObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).nullish(),
  output_tokens_details: z.looseObject({ thinking_tokens: count }).nullish(),
  server_tool_use: z.looseObject({ web_search_requests: count }).nullish(),
  service_tier: z.string().nullish(),
});

/** `input_tokens` is the uncached rest; output includes thinking. Written tokens without a split are 5-minute ones. */
export function fromAnthropicUsage(raw: unknown): Usage | undefined {
  const result = AnthropicUsage.safeParse(raw);
  if (!result.success || result.data.output_tokens === undefined || result.data.output_tokens === null)
    return undefined;
  const { data } = result;
  const oneHour = data.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  const written = data.cache_creation_input_tokens ?? (data.cache_creation?.ephemeral_5m_input_tokens ?? 0) + oneHour;
  const searches = data.server_tool_use?.web_search_requests ?? 0;
  return {
    input: data.input_tokens ?? 0,
    cachedInput: data.cache_read_input_tokens ?? 0,
    cacheWrite5m: Math.max(0, written - oneHour),
    cacheWrite1h: oneHour,
    output: data.output_tokens ?? 0,
    reasoning: data.output_tokens_details?.thinking_tokens ?? 0,
    ...(searches > 0 ? { webSearches: searches } : {}),
    ...(data.service_tier ? { serviceTier: data.service_tier } : {}),
  };
}

const AnthropicReply = z.looseObject({
  id: z.string(),
  model: z.string(),
  stop_reason: z.string().nullish(),
  usage: z.unknown().optional(),
  content: z.array(
    z.looseObject({
      type: z.string(),
      text: z.string().optional(),
      id: z.string().optional(),
      name: z.string().optional(),
      input: z.unknown().optional(),
    }),
  ),
});

const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['end_turn', 'stop_sequence', 'max_tokens', 'refusal']);

/** @throws ProviderError when there is no answer in it. `pause_turn` is one: sent back as it is, the vendor goes on. */
export function fromAnthropicReply(raw: unknown, now: number): { completion: Completion; usage: Usage | undefined } {
  const reply = parseReply(AnthropicReply, raw);
  const usage = fromAnthropicUsage(reply.usage);
  // It may end without a word: at the caller's stop text, or because there was nothing to say.
  if (reply.content.length === 0 && !MAY_BE_EMPTY.has(reply.stop_reason ?? '')) {
    throw new ProviderError({
      ...malformed(`the answer stopped with ${reply.stop_reason ?? 'nothing'} and nothing in it`, JSON.stringify(raw)),
      usage,
    });
  }
  const text = reply.content.filter(({ type }) => type === 'text').map((block) => block.text ?? '');
  const calls = reply.content
    .filter(({ type }) => type === 'tool_use')
    .map((block) => ({
      id: block.id ?? '',
      type: 'function' as const,
      function: { name: block.name ?? '', arguments: JSON.stringify(block.input ?? {}) },
    }));
  const thinking = reply.content.filter(({ type }) => type === 'thinking' || type === 'redacted_thinking');
  const thought = thinking.map((block) => (typeof block['thinking'] === 'string' ? block['thinking'] : '')).join('');
  const refused = reply.stop_reason === 'refusal';
  const message: AnswerMessage = {
    role: 'assistant',
    content: text.length > 0 ? text.join('') : calls.length > 0 || refused ? null : '',
    ...(refused ? { refusal: text.join('') || REFUSED_TEXT } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(thought ? { reasoning: thought } : {}),
    ...(thinking.length > 0 ? { reasoning_details: thinking } : {}),
  };
  const choice = {
    index: 0,
    finish_reason: toFinishReason(reply.stop_reason),
    message,
    native_finish_reason: reply.stop_reason,
  };
  return {
    usage,
    completion: { id: reply.id, created: Math.floor(now / 1_000), model: reply.model, choices: [choice] },
  };
}

export function toFinishReason(
  reason: string | null | undefined,
): Extract<FinishReason, 'stop' | 'length' | 'tool_calls' | 'content_filter'> {
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  if (reason === 'tool_use') return 'tool_calls';
  return reason === 'refusal' ? 'content_filter' : 'stop';
}
