// What OpenAI's Responses API answers, whole and in events, in the neutral form. Pure.
import { z } from 'zod';
import type { AnswerMessage, AnyCall, Completion } from '../../domain/chat.ts';
import type { Usage } from '../../domain/usage.ts';
import { malformed, parseReply, toHiddenFailure } from '../failures.ts';
import { type Chunk, ProviderError } from '../provider.ts';
import { type Step, type StreamState, deltaOf, startOfStream } from './chunk.ts';
import { REASONING_ITEM } from './responsesRequest.ts';

const count = z.number().nonnegative().nullish();
const ResponsesUsage = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: z.looseObject({ cached_tokens: count, cache_write_tokens: count }).nullish(),
  output_tokens_details: z.looseObject({ reasoning_tokens: count }).nullish(),
});

const Item = z.looseObject({
  type: z.string(),
  id: z.string().nullish(),
  call_id: z.string().optional(),
  name: z.string().optional(),
  arguments: z.string().optional(),
  input: z.string().optional(),
  content: z
    .array(z.looseObject({ type: z.string(), text: z.string().optional(), refusal: z.string().optional() }))
    .nullish(),
  summary: z.array(z.looseObject({ text: z.string().optional() })).nullish(),
});
type Item = z.infer<typeof Item>;

const ResponsesReply = z.looseObject({
  id: z.string(),
  created_at: z.number().nullish(),
  model: z.string(),
  status: z.string().nullish(),
  incomplete_details: z.looseObject({ reason: z.string().nullish() }).nullish(),
  error: z.unknown().optional(),
  service_tier: z.string().nullish(),
  output: z.array(Item).default([]),
  usage: z.unknown().optional(),
});
type ResponsesReply = z.infer<typeof ResponsesReply>;

/** As in Chat Completions, the input includes what was cached, the output what was thought. */
export function fromResponsesUsage(raw: unknown, serviceTier?: string | null): Usage | undefined {
  const result = ResponsesUsage.safeParse(raw);
  if (!result.success || typeof result.data.input_tokens !== 'number') return undefined;
  const { data } = result;
  const cached = data.input_tokens_details?.cached_tokens ?? 0;
  const written = data.input_tokens_details?.cache_write_tokens ?? 0;
  return {
    input: Math.max(0, (data.input_tokens ?? 0) - cached - written),
    cachedInput: cached,
    cacheWrite5m: written,
    cacheWrite1h: 0,
    output: data.output_tokens ?? 0,
    reasoning: data.output_tokens_details?.reasoning_tokens ?? 0,
    ...(serviceTier ? { serviceTier } : {}),
  };
}

/** @throws ProviderError for a failed response, and for one without an answer */
export function fromResponsesReply(
  raw: unknown,
  context: { readonly now: number },
): { completion: Completion; usage: Usage | undefined } {
  const reply = parseReply(ResponsesReply, raw);
  const usage = fromResponsesUsage(reply.usage, reply.service_tier);
  throwFailed(reply, context.now);
  const message = toMessage(reply.output);
  const cut = reply.status === 'incomplete';
  if (message.content === null && !message.tool_calls && !message.refusal && !cut) {
    throw new ProviderError({
      ...malformed('the provider answered 200 without an answer', JSON.stringify(raw)),
      usage,
    });
  }
  const created = reply.created_at ?? Math.floor(context.now / 1_000);
  const choice = { index: 0, finish_reason: toFinishReason(reply, (message.tool_calls?.length ?? 0) > 0), message };
  return { usage, completion: { id: reply.id, created, model: reply.model, choices: [choice] } };
}

function throwFailed({ status, error, usage }: ResponsesReply, now: number): void {
  if (status !== 'failed' && (error === undefined || error === null)) return;
  const counted = fromResponsesUsage(usage);
  throw new ProviderError({
    ...toHiddenFailure(error ?? { message: 'status failed' }, now),
    ...(counted ? { usage: counted } : {}),
  });
}

const CALLS: ReadonlySet<string> = new Set(['function_call', 'custom_tool_call']);

function toCall({ type, call_id: callId, id, name = '', arguments: text = '{}', input = '' }: Item): AnyCall {
  const known = { id: callId ?? id ?? '' };
  return type === 'custom_tool_call'
    ? { ...known, type: 'custom', custom: { name, input } }
    : { ...known, type: 'function', function: { name, arguments: text } };
}

function toMessage(output: readonly Item[]): AnswerMessage {
  const parts = output.filter(({ type }) => type === 'message').flatMap(({ content }) => content ?? []);
  const texts = parts.flatMap(({ type, text }) => (type === 'output_text' ? [text ?? ''] : []));
  const refusal = parts.flatMap((part) => part.refusal ?? []).join('');
  const calls = output.filter(({ type }) => CALLS.has(type)).map(toCall);
  const reasoning = output.filter(({ type }) => type === 'reasoning');
  const thought = reasoning.flatMap(({ summary }) => (summary ?? []).map(({ text }) => text ?? '')).join('\n\n');
  return {
    role: 'assistant',
    content: texts.length > 0 ? texts.join('') : null,
    ...(refusal ? { refusal } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(thought ? { reasoning: thought } : {}),
    ...(reasoning.length > 0 ? { reasoning_details: reasoning.map((item) => ({ type: REASONING_ITEM, item })) } : {}),
  };
}

type Finish = 'stop' | 'length' | 'tool_calls' | 'content_filter';

function toFinishReason({ status, incomplete_details: details }: ResponsesReply, hasCalls: boolean): Finish {
  if (status === 'incomplete') return details?.reason === 'content_filter' ? 'content_filter' : 'length';
  return hasCalls ? 'tool_calls' : 'stop';
}

export type ResponsesStream = StreamState & {
  readonly now: number;
  /** Which tool call each item of the output is. */
  readonly calls: Readonly<Record<number, number>>;
};

export function startResponsesStream(context: {
  readonly id: string;
  readonly now: number;
  readonly model: string;
}): ResponsesStream {
  return { ...startOfStream(context), now: context.now, calls: {} };
}

const ResponsesEvent = z.looseObject({
  type: z.string(),
  output_index: z.number().optional(),
  delta: z.string().optional(),
  item: Item.optional(),
  response: z.unknown().optional(),
});
type ResponsesEvent = z.infer<typeof ResponsesEvent>;

/** @throws ProviderError for a failure inside the stream */
export function fromResponsesChunk(state: ResponsesStream, raw: unknown): Step<ResponsesStream> {
  const event = parseReply(ResponsesEvent, raw);
  const say = (delta: Readonly<Record<string, unknown>>): Step<ResponsesStream> => ({
    state,
    chunks: [deltaOf(state, delta)],
  });
  switch (event.type) {
    case 'response.created':
      return begin(state, event);
    case 'response.output_item.added':
      return CALLS.has(event.item?.type ?? '') ? openCall(state, event) : { state, chunks: [] };
    case 'response.output_text.delta':
      return say({ content: event.delta ?? '' });
    case 'response.refusal.delta':
      return say({ refusal: event.delta ?? '' });
    case 'response.reasoning_summary_text.delta':
      return say({ reasoning: event.delta ?? '' });
    case 'response.custom_tool_call_input.delta': {
      const index = state.calls[event.output_index ?? -1];
      return index === undefined
        ? { state, chunks: [] }
        : say({ tool_calls: [{ index, custom: { input: event.delta ?? '' } }] });
    }
    case 'response.function_call_arguments.delta': {
      const index = state.calls[event.output_index ?? -1];
      return index === undefined
        ? { state, chunks: [] }
        : say({ tool_calls: [{ index, function: { arguments: event.delta ?? '' } }] });
    }
    case 'response.completed':
    case 'response.incomplete':
      return end(state, event);
    case 'response.failed':
      throwFailed({ ...parseReply(ResponsesReply, event.response), status: 'failed' }, state.now);
      return { state, chunks: [] };
    case 'error':
      throw new ProviderError(toHiddenFailure(event, state.now));
    default:
      // Parts that begin and end, and whatever is new.
      return { state, chunks: [] };
  }
}

function begin(before: ResponsesStream, { response }: ResponsesEvent): Step<ResponsesStream> {
  const { id, created_at: created, model } = parseReply(ResponsesReply, response);
  const state = { ...before, id, model, created: created ?? before.created };
  return { state, chunks: [deltaOf(state, { role: 'assistant', content: '' })] };
}

function openCall(before: ResponsesStream, { item, output_index: place = 0 }: ResponsesEvent): Step<ResponsesStream> {
  const index = Object.keys(before.calls).length;
  const state = { ...before, calls: { ...before.calls, [place]: index } };
  const call = { index, id: item?.call_id ?? item?.id ?? '' };
  const name = item?.name ?? '';
  const opened =
    item?.type === 'custom_tool_call'
      ? { ...call, type: 'custom', custom: { name, input: '' } }
      : { ...call, type: 'function', function: { name, arguments: '' } };
  return { state, chunks: [deltaOf(state, { tool_calls: [opened] })] };
}

function end(before: ResponsesStream, { response }: ResponsesEvent): Step<ResponsesStream> {
  const reply = parseReply(ResponsesReply, response);
  const { reasoning_details: details } = toMessage(reply.output);
  const usage = fromResponsesUsage(reply.usage, reply.service_tier);
  const finish = toFinishReason(reply, Object.keys(before.calls).length > 0);
  const state: ResponsesStream = { ...before, usage, finished: true, done: true };
  const last = deltaOf(state, details ? { reasoning_details: details } : {}, {
    finish_reason: finish,
    native_finish_reason: reply.status ?? 'completed',
  });
  const chunks: Chunk[] = usage ? [last, { kind: 'usage', usage }] : [last];
  return { state, chunks };
}
