// The events of a streamed Anthropic message, as deltas of the neutral form. Pure.
import { z } from 'zod';
import { malformed, parseReply, toHiddenFailure } from '../failures.ts';
import { type Chunk, ProviderError } from '../provider.ts';
import { type ReadChunk, type Step, type StreamState, deltaOf, startOfStream } from './chunk.ts';
import { REFUSED_TEXT, fromAnthropicUsage, toFinishReason } from './anthropic.ts';

type Block = Readonly<Record<string, unknown>>;
export type AnthropicStream = StreamState & {
  readonly now: number;
  /** The vendor's count as it grows: the end repeats only part of what the start said. */
  readonly counted: Readonly<Record<string, unknown>>;
  readonly open: OpenBlock | undefined;
  readonly tools: number;
  /** Thinking with its signatures, whole: it goes out with the last delta, because clients keep only the last piece. */
  readonly thinking: readonly Block[];
};

export function startAnthropicStream(context: { readonly now: number; readonly model: string }): AnthropicStream {
  const start = startOfStream({ id: '', ...context });
  return { ...start, now: context.now, counted: {}, open: undefined, tools: 0, thinking: [] };
}

const record = z.record(z.string(), z.unknown());
const ContentBlock = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  thinking: z.string().optional(),
  signature: z.string().optional(),
});
type ContentBlock = z.infer<typeof ContentBlock>;
type OpenBlock = {
  readonly index: number;
  readonly tool: number;
  readonly heard: boolean;
  readonly block: ContentBlock;
};
const Delta = z.looseObject({
  type: z.string().optional(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  signature: z.string().optional(),
  partial_json: z.string().optional(),
  stop_reason: z.string().nullish(),
});
const AnthropicEvent = z.looseObject({
  type: z.string(),
  index: z.number().optional(),
  message: z.looseObject({ id: z.string(), model: z.string(), usage: record.nullish() }).optional(),
  content_block: ContentBlock.optional(),
  delta: Delta.optional(),
  usage: record.nullish(),
  error: z.unknown().optional(),
});
type AnthropicEvent = z.infer<typeof AnthropicEvent>;

/** @throws ProviderError for an `error` event, and for a stop that a caller could not go on from */
export function fromAnthropicChunk(state: AnthropicStream, raw: unknown): Step<AnthropicStream> {
  const event = parseReply(AnthropicEvent, raw);
  switch (event.type) {
    case 'message_start':
      return begin(state, event);
    case 'content_block_start':
      return openBlock(state, event);
    case 'content_block_delta':
      return state.open && event.delta ? hear(state, state.open, event.delta) : { state, chunks: [] };
    case 'content_block_stop':
      return state.open ? closeBlock(state, state.open) : { state, chunks: [] };
    case 'message_delta':
      return end(state, event);
    case 'message_stop':
      return { state: { ...state, done: true }, chunks: [] };
    case 'error':
      throw new ProviderError(toHiddenFailure(event.error, state.now));
    default:
      // `ping`, and whatever is new: the vendor's versioning allows new events at any time.
      return { state, chunks: [] };
  }
}

/** The vendor's own event behind the chunks that were made of it. */
export function withNative(read: ReadChunk<AnthropicStream>): ReadChunk<AnthropicStream> {
  return (before, raw) => {
    const { state, chunks } = read(before, raw);
    return { state, chunks: [...chunks, { kind: 'native', event: raw as Readonly<Record<string, unknown>> }] };
  };
}

function begin(before: AnthropicStream, { message }: AnthropicEvent): Step<AnthropicStream> {
  if (!message) throw new ProviderError(malformed('a stream began without its message'));
  const { id, model } = message;
  const { state, chunks } = count({ ...before, id, model }, message.usage);
  return { state, chunks: [deltaOf(state, { role: 'assistant', content: '' }), ...chunks] };
}

function count(before: AnthropicStream, usage: Block | null | undefined): Step<AnthropicStream> {
  const news = Object.entries(usage ?? {}).filter(([, value]) => value !== null && value !== undefined);
  if (news.length === 0) return { state: before, chunks: [] };
  const counted = { ...before.counted, ...Object.fromEntries(news) };
  const now = fromAnthropicUsage(counted);
  return { state: { ...before, counted, usage: now }, chunks: now ? [{ kind: 'usage', usage: now }] : [] };
}

function openBlock(
  before: AnthropicStream,
  { index = 0, content_block: block }: AnthropicEvent,
): Step<AnthropicStream> {
  if (!block) return { state: before, chunks: [] };
  const isTool = block.type === 'tool_use';
  const open: OpenBlock = { index, tool: before.tools, heard: false, block };
  const state = { ...before, open, tools: before.tools + (isTool ? 1 : 0) };
  if (isTool) {
    const fn = { name: block.name ?? '', arguments: '' };
    const call = { index: open.tool, id: block.id ?? '', type: 'function', function: fn };
    return { state, chunks: [deltaOf(state, { tool_calls: [call] })] };
  }
  const text = block.type === 'text' ? block.text : undefined;
  return { state, chunks: text ? [deltaOf(state, { content: text })] : [] };
}

function hear(before: AnthropicStream, open: OpenBlock, delta: z.infer<typeof Delta>): Step<AnthropicStream> {
  const { block } = open;
  const keep = (more: Partial<ContentBlock>): AnthropicStream => ({
    ...before,
    open: { ...open, heard: true, block: { ...block, ...more } },
  });
  switch (delta.type) {
    case 'text_delta':
      return { state: before, chunks: [deltaOf(before, { content: delta.text ?? '' })] };
    case 'thinking_delta': {
      const thinking = `${block.thinking ?? ''}${delta.thinking ?? ''}`;
      return { state: keep({ thinking }), chunks: [deltaOf(before, { reasoning: delta.thinking ?? '' })] };
    }
    case 'signature_delta':
      return { state: keep({ signature: `${block.signature ?? ''}${delta.signature ?? ''}` }), chunks: [] };
    case 'input_json_delta':
      if (!delta.partial_json) return { state: before, chunks: [] };
      return { state: keep({}), chunks: [deltaOf(before, { tool_calls: [argumentsOf(open, delta.partial_json)] })] };
    case undefined:
    default:
      return { state: before, chunks: [] };
  }
}

function argumentsOf({ tool }: OpenBlock, text: string): Block {
  return { index: tool, function: { arguments: text } };
}

function closeBlock(before: AnthropicStream, open: OpenBlock): Step<AnthropicStream> {
  const state = { ...before, open: undefined };
  switch (open.block.type) {
    case 'thinking':
    case 'redacted_thinking':
      return { state: { ...state, thinking: [...state.thinking, open.block] }, chunks: [] };
    case 'tool_use': {
      // A call without arguments has no delta; in the neutral form its arguments are still JSON.
      const text = JSON.stringify(open.block.input ?? {});
      return { state, chunks: open.heard ? [] : [deltaOf(state, { tool_calls: [argumentsOf(open, text)] })] };
    }
    default:
      return { state, chunks: [] };
  }
}

function end(before: AnthropicStream, { delta, usage }: AnthropicEvent): Step<AnthropicStream> {
  const { state, chunks } = count(before, usage);
  const reason = delta?.stop_reason;
  if (!reason) return { state, chunks };
  const last = {
    ...(reason === 'refusal' ? { refusal: REFUSED_TEXT } : {}),
    ...(state.thinking.length > 0 ? { reasoning_details: state.thinking } : {}),
  };
  const finish = { finish_reason: toFinishReason(reason), native_finish_reason: reason };
  const closing: Chunk = deltaOf(state, last, finish);
  return { state: { ...state, finished: true }, chunks: [closing, ...chunks] };
}
