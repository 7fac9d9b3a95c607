// What Chat Completions answer, from OpenAI and from those that speak its format (Groq, OpenRouter): it is the neutral form
// already, less what the gateway sets itself. Pure.
import { z } from 'zod';
import { type AnswerMessage, type Completion, AnyCall, type FinishReason } from '../../domain/chat.ts';
import { formatDecimal, parseDecimal } from '../../domain/money.ts';
import type { Usage } from '../../domain/usage.ts';
import { malformed, parseReply, toHiddenFailure } from '../failures.ts';
import { ProviderError } from '../provider.ts';

/** Where the three vendors differ. */
export type Dialect = {
  /** As warnings name it. */
  readonly vendor: string;
  /** Fields that this vendor refuses, left out with a warning. */
  readonly refuses: readonly string[];
  /** Whose thinking may stand in messages. */
  readonly reasoning: 'none' | 'openrouter';
  readonly takesCacheControl: boolean;
  /** Of its relatives, only OpenAI itself knows a `tool_choice` of several tools. */
  readonly takesAllowedTools: boolean;
  readonly limitField: 'max_completion_tokens' | 'max_tokens';
  /** OpenRouter nests the effort in `reasoning`. */
  readonly effortField: 'reasoning_effort' | 'reasoning';
};

function isEmpty(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

const count = z.number().nonnegative().nullish();
const OpenAiUsage = z.looseObject({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.looseObject({ cached_tokens: count, cache_write_tokens: count }).nullish(),
  completion_tokens_details: z.looseObject({ reasoning_tokens: count }).nullish(),
  cost: z.number().nullish(),
  is_byok: z.boolean().nullish(),
  cost_details: z.looseObject({ upstream_inference_cost: z.number().nullish() }).nullish(),
  // OpenRouter's, for tools that it runs itself.
  server_tool_use_details: z.looseObject({ web_search_requests: count }).nullish(),
});

/** The prompt count includes cached and written tokens, the completion count includes thinking: the classes are taken apart. */
export function fromOpenAiUsage(raw: unknown, serviceTier?: string | null): Usage | undefined {
  const result = OpenAiUsage.safeParse(raw);
  if (!result.success || isEmpty(result.data.prompt_tokens)) return undefined;
  const { data } = result;
  const cached = data.prompt_tokens_details?.cached_tokens ?? 0;
  const written = data.prompt_tokens_details?.cache_write_tokens ?? 0;
  const searches = data.server_tool_use_details?.web_search_requests ?? 0;
  return {
    input: Math.max(0, (data.prompt_tokens ?? 0) - cached - written),
    cachedInput: cached,
    cacheWrite5m: written,
    cacheWrite1h: 0,
    output: data.completion_tokens ?? 0,
    reasoning: data.completion_tokens_details?.reasoning_tokens ?? 0,
    ...(searches > 0 ? { webSearches: searches } : {}),
    ...(isEmpty(data.cost) ? {} : { reportedCostUsd: reportedCost(data) }),
    ...(isEmpty(serviceTier) ? {} : { serviceTier }),
  };
}

/** With a key of our own at OpenRouter its cost is its fee alone, and what the vendor takes comes on top. */
function reportedCost({ cost, is_byok: ownKey, cost_details: details }: z.infer<typeof OpenAiUsage>): string {
  const fee = parseDecimal(String(cost ?? 0));
  const upstream = parseDecimal(String((ownKey && details?.upstream_inference_cost) || 0));
  const scale = Math.max(fee.scale, upstream.scale);
  const widen = ({ coefficient, scale: had }: typeof fee) => coefficient * 10n ** BigInt(scale - had);
  return formatDecimal({ coefficient: widen(fee) + widen(upstream), scale });
}

const OpenAiReply = z.looseObject({
  id: z.string().nullish(),
  created: z.number().nullish(),
  model: z.string().nullish(),
  service_tier: z.string().nullish(),
  usage: z.unknown().optional(),
  error: z.unknown().optional(),
  choices: z
    .array(
      z.looseObject({
        index: z.number().nullish(),
        finish_reason: z.string().nullish(),
        error: z.unknown().optional(),
        message: z.looseObject({ content: z.string().nullish(), tool_calls: z.array(AnyCall).nullish() }).nullish(),
      }),
    )
    .nullish(),
});

export type OpenAiAnswer = { readonly completion: Completion; readonly usage: Usage | undefined };

/** @throws ProviderError for an error that hides in a 200, and for an answer without choices */
export function fromOpenAiReply(raw: unknown, context: { readonly now: number; readonly model: string }): OpenAiAnswer {
  const reply = parseReply(OpenAiReply, raw);
  throwHidden(reply, context.now);
  if (!reply.choices || reply.choices.length === 0) {
    throw new ProviderError({
      ...malformed('the provider answered 200 without choices', JSON.stringify(raw)),
      ...usagePart(reply.usage),
    });
  }
  const { id, created, model, choices, usage: _usage, error: _error, object: _object, ...extensions } = reply;
  return {
    usage: fromOpenAiUsage(reply.usage, reply.service_tier),
    completion: {
      ...extensions,
      id: id ?? '',
      created: created ?? Math.floor(context.now / 1_000),
      model: model ?? context.model,
      choices: choices.map(({ message, finish_reason, index, error: _none, ...rest }, at) => ({
        ...rest,
        index: index ?? at,
        finish_reason: toFinishReason(finish_reason, (message?.tool_calls?.length ?? 0) > 0),
        message: toAnswerMessage(message),
      })),
    },
  };
}

type ReplyMessage = NonNullable<z.infer<typeof OpenAiReply>['choices']>[number]['message'];

function toAnswerMessage(message: ReplyMessage): AnswerMessage {
  const { tool_calls: calls, content, ...rest } = message ?? {};
  return {
    ...rest,
    role: 'assistant',
    content: content ?? null,
    ...(calls && calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

function usagePart(raw: unknown): { usage?: Usage } {
  const usage = fromOpenAiUsage(raw);
  return usage ? { usage } : {};
}

function throwHidden({ error, choices, usage }: z.infer<typeof OpenAiReply>, now: number): void {
  const failed = choices?.find((choice) => choice.finish_reason === 'error' || !isEmpty(choice.error));
  if (isEmpty(error) && !failed) return;
  const hidden = error ?? failed?.error ?? { message: 'finish_reason error' };
  throw new ProviderError({ ...toHiddenFailure(hidden, now), ...usagePart(usage) });
}

/** Some say `stop` after a tool call. */
export function toFinishReason(reason: string | null | undefined, hasCalls: boolean): FinishReason {
  const known = FINISH_REASONS.find((name) => name === reason);
  return known ?? (hasCalls ? 'tool_calls' : 'stop');
}

const FINISH_REASONS = ['length', 'tool_calls', 'content_filter', 'function_call'] as const;
