// The wire format of OpenAI's Chat Completions and of those that speak it (Groq, OpenRouter). The neutral form is this shape,
// so requests pass through with their unknown fields; what differs between the three stands in `Dialect`. Pure.
import { z } from 'zod';
import type { Chat, Completion, FinishReason, Message } from '../../domain/chat.ts';
import { outputLimitOf } from '../../domain/chat.ts';
import type { Usage } from '../../domain/usage.ts';
import { toFailure } from '../failures.ts';
import { malformed, parseReply } from '../http.ts';
import { type CallOptions, ProviderError } from '../provider.ts';
import { notSent, refusedSampling } from '../warnings.ts';

export type Dialect = {
  /** Fields that this vendor refuses, left out with a warning. */
  readonly refuses: readonly string[];
  /** Message fields of other vendors that this one refuses. */
  readonly dropsFromMessages: readonly string[];
  readonly limitField: 'max_completion_tokens' | 'max_tokens';
  /** OpenRouter nests the effort in `reasoning`. */
  readonly effortField: 'reasoning_effort' | 'reasoning';
};

// Fields of the neutral form that are ours and no vendor's.
const NEUTRAL_ONLY = ['native', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'reasoning_effort'];

export function toOpenAiBody(
  chat: Chat,
  options: CallOptions,
  dialect: Dialect,
): { body: Record<string, unknown>; warnings: string[] } {
  const warnings: string[] = [];
  const body: Record<string, unknown> = { ...chat, model: options.model.modelName };
  for (const field of NEUTRAL_ONLY) delete body[field];
  for (const field of dialect.refuses) {
    if (isEmpty(body[field])) continue;
    warnings.push(notSent(field, 'this provider does not take it'));
    delete body[field];
  }
  for (const field of refusedSampling(chat, options)) {
    warnings.push(notSent(field, `${options.model.id} refuses it at this reasoning effort`));
    delete body[field];
  }
  body['messages'] = chat.messages.map((message) => toMessage(message, dialect));
  const limit = outputLimitOf(chat);
  if (limit !== undefined) body[dialect.limitField] = limit;
  if (options.effort !== undefined) {
    body[dialect.effortField] = dialect.effortField === 'reasoning' ? { effort: options.effort } : options.effort;
  }
  for (const [field, value] of Object.entries(body)) if (value === null) delete body[field];
  return { body, warnings };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null;
}

function toMessage(message: Message, { dropsFromMessages }: Dialect): Record<string, unknown> {
  const { is_error: _, ...rest } = message;
  const sent: Record<string, unknown> = { ...rest };
  for (const field of dropsFromMessages) delete sent[field];
  for (const field of ['tool_calls', 'refusal', 'reasoning_details']) if (sent[field] === null) delete sent[field];
  return sent;
}

const count = z.number().nonnegative().nullish();
const OpenAiUsage = z.looseObject({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.looseObject({ cached_tokens: count, cache_write_tokens: count }).nullish(),
  completion_tokens_details: z.looseObject({ reasoning_tokens: count }).nullish(),
  cost: z.number().nullish(),
});

/** The prompt count includes cached and written tokens, the completion count includes thinking: the classes are taken apart. */
export function fromOpenAiUsage(raw: unknown, serviceTier?: string | null): Usage | undefined {
  const result = OpenAiUsage.safeParse(raw);
  if (!result.success || isEmpty(result.data.prompt_tokens)) return undefined;
  const { data } = result;
  const cached = data.prompt_tokens_details?.cached_tokens ?? 0;
  const written = data.prompt_tokens_details?.cache_write_tokens ?? 0;
  return {
    input: Math.max(0, (data.prompt_tokens ?? 0) - cached - written),
    cachedInput: cached,
    cacheWrite5m: written,
    cacheWrite1h: 0,
    output: data.completion_tokens ?? 0,
    reasoning: data.completion_tokens_details?.reasoning_tokens ?? 0,
    ...(isEmpty(data.cost) ? {} : { reportedCostUsd: String(data.cost) }),
    ...(isEmpty(serviceTier) ? {} : { serviceTier: String(serviceTier) }),
  };
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
        message: z.looseObject({ content: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

export type OpenAiAnswer = { readonly completion: Completion; readonly usage: Usage | undefined };

/** @throws ProviderError for an error that hides in a 200, and for an answer without choices */
export function fromOpenAiReply(raw: unknown, context: { readonly now: number; readonly model: string }): OpenAiAnswer {
  const reply = parseReply(OpenAiReply, raw);
  const hidden = reply.error ?? reply.choices?.find(({ error }) => !isEmpty(error))?.error;
  if (!isEmpty(hidden)) throw new ProviderError({ ...failureInside(hidden, context.now), ...usagePart(reply.usage) });
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
        finish_reason: toFinishReason(finish_reason),
        message: { ...message, role: 'assistant' as const, content: message?.content ?? null },
      })),
    },
  };
}

function usagePart(raw: unknown): { usage?: Usage } {
  const usage = fromOpenAiUsage(raw);
  return usage ? { usage } : {};
}

/** An error object inside a 200: its own code stands for the status when it is one. */
function failureInside(error: unknown, now: number): ReturnType<typeof toFailure> {
  const inner = z.looseObject({ code: z.union([z.string(), z.number()]).nullish() }).safeParse(error);
  const own = Number(inner.success ? inner.data.code : Number.NaN);
  const status = Number.isInteger(own) && own >= 400 && own < 600 ? own : 502;
  return toFailure({ status, header: () => undefined, text: JSON.stringify({ error }), now });
}

const FINISH_REASONS: readonly FinishReason[] = ['stop', 'length', 'tool_calls', 'content_filter', 'function_call'];

function toFinishReason(reason: string | null | undefined): FinishReason {
  return FINISH_REASONS.find((known) => known === reason) ?? 'stop';
}
