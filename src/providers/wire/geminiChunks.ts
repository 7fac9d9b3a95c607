// The events of a streamed Gemini answer, each a whole reply of its own, as deltas of the neutral form. Pure.
import { parseReply, toHiddenFailure } from '../failures.ts';
import { type Chunk, ProviderError } from '../provider.ts';
import { type Step, type StreamState, deltaOf, startOfStream } from './chunk.ts';
import {
  GeminiReply,
  blockedPrompt,
  brokenAnswer,
  fromFunctionCall,
  fromGeminiUsage,
  isBlocked,
  refusalOf,
  toFinishReason,
} from './gemini.ts';

export type GeminiStream = StreamState & {
  readonly now: number;
  readonly requestId: string;
  readonly begun: boolean;
  readonly calls: number;
  /** Something was said already. */
  readonly said: boolean;
};

export function startGeminiStream(context: {
  readonly now: number;
  readonly model: string;
  readonly requestId: string;
}): GeminiStream {
  const { now, model, requestId } = context;
  return { ...startOfStream({ id: requestId, now, model }), now, requestId, begun: false, calls: 0, said: false };
}

/** @throws ProviderError for an error inside the stream, a blocked prompt and an answer that is broken */
export function fromGeminiChunk(before: GeminiStream, raw: unknown): Step<GeminiStream> {
  const event: unknown = Array.isArray(raw) ? raw[0] : raw;
  if (event !== null && typeof event === 'object' && 'error' in event) {
    throw new ProviderError(toHiddenFailure(event.error, before.now));
  }
  const reply = parseReply(GeminiReply, event);
  // Any event may carry the count so far, and the last one counts.
  const usage = fromGeminiUsage(reply.usageMetadata) ?? before.usage;
  const state = { ...before, id: reply.responseId || before.id, model: reply.modelVersion || before.model, usage };
  const counts: Chunk[] = usage && usage !== before.usage ? [{ kind: 'usage', usage }] : [];
  const [candidate] = reply.candidates ?? [];
  if (!candidate) {
    if (!reply.promptFeedback?.blockReason) return { state, chunks: counts };
    throw new ProviderError({ ...blockedPrompt(reply.promptFeedback.blockReason), usage });
  }
  const { delta, calls } = toDelta(state, candidate.content?.parts ?? []);
  const reason = candidate.finishReason ?? undefined;
  const said = state.said || Boolean(delta['content']);
  const broken = brokenAnswer(reason, calls > 0 || said);
  if (broken) throw new ProviderError({ ...broken, usage });
  const next = { ...state, begun: true, calls, said, finished: state.finished || reason !== undefined };
  if (reason === undefined) return { state: next, chunks: [deltaOf(next, delta), ...counts] };
  const finish = { finish_reason: toFinishReason(reason, calls > 0), native_finish_reason: reason };
  const refused = isBlocked(reason) ? { refusal: refusalOf(reason) } : {};
  return { state: next, chunks: [deltaOf(next, { ...delta, ...refused }, finish), ...counts] };
}

type Parts = NonNullable<NonNullable<NonNullable<GeminiReply['candidates']>[number]['content']>['parts']>;

function toDelta(state: GeminiStream, parts: Parts): { delta: Record<string, unknown>; calls: number } {
  const textOf = (thought: boolean): string =>
    parts.flatMap((part) => (Boolean(part.thought) === thought && part.text ? [part.text] : [])).join('');
  const made = parts
    .filter(({ functionCall }) => functionCall)
    .map((part, place) => {
      const index = state.calls + place;
      return { index, ...fromFunctionCall(part, `${state.requestId}-${index}`) };
    });
  const content = textOf(false);
  const reasoning = textOf(true);
  const delta = {
    ...(state.begun ? {} : { role: 'assistant' }),
    ...(content || made.length === 0 ? { content } : {}),
    ...(reasoning ? { reasoning } : {}),
    ...(made.length > 0 ? { tool_calls: made } : {}),
  };
  return { delta, calls: state.calls + made.length };
}
