// A streamed answer as OpenAI's `chat.completion.chunk`s, and as the short form of /v1/chat. Pure but for what a format remembers.
import type { AnyCall } from '../domain/chat.ts';
import type { RouterError } from '../domain/errors.ts';
import type { Answered, StreamStart } from '../gateway/gateway.ts';
import { DONE_FRAME, dataFrame } from './eventStream.ts';
import { toChatAnswer, toMetadata, toOpenAiUsage } from './openaiFormat.ts';
import { errorBody } from './problem.ts';
import type { StreamChunk, StreamFormat } from './streamAnswer.ts';

type Delta = Extract<StreamChunk, { kind: 'delta' }>;
type Head = { readonly id: string; readonly created: number; readonly model: string };

export function completionStream(wants: {
  readonly usage: boolean;
  readonly metadata: boolean;
  /** Unix time in seconds, for a chunk of ours before there is one of the vendor's. */
  readonly created: number;
}): StreamFormat {
  // Clients expect the same on every chunk.
  let head: Head = { id: '', created: wants.created, model: '' };
  const frameOf = ({ choices, extensions }: Pick<Delta, 'choices' | 'extensions'>, more: object = {}): string => {
    const usage = wants.usage ? { usage: null } : {};
    return dataFrame({ ...extensions, object: 'chat.completion.chunk', ...head, choices, ...usage, ...more });
  };
  return {
    chunk(chunk, { model }) {
      if (chunk.kind !== 'delta') return [];
      if (!head.id) head = { id: chunk.id, created: chunk.created, model: model.id };
      return [frameOf(chunk)];
    },
    end(last, answered) {
      const deltas = last.filter((chunk) => chunk.kind === 'delta');
      const [first] = deltas;
      if (!head.id && first) head = { id: first.id, created: first.created, model: answered.model.id };
      const omni = wants.metadata ? { omni: toMetadata(answered) } : {};
      const isLast = (place: number): boolean => !wants.usage && place === deltas.length - 1;
      const frames = deltas.map((delta, place) => frameOf(delta, isLast(place) ? omni : {}));
      if (wants.usage && answered.usage) {
        frames.push(frameOf({ choices: [] }, { usage: toOpenAiUsage(answered.usage, answered.costUsd), ...omni }));
      }
      return [...frames, DONE_FRAME];
    },
    error(error, requestId, start) {
      const choice = { index: 0, delta: { content: '' }, finish_reason: 'error' };
      const known = { id: head.id || requestId, model: start?.model.id ?? head.model };
      return [
        dataFrame({
          ...known,
          object: 'chat.completion.chunk',
          created: head.created,
          ...errorBody(error, requestId),
          choices: [choice],
        }),
      ];
    },
  };
}

/** `{delta}`, `{reasoning}` and `{tool_calls}` as they come, then the whole answer as /v1/chat gives it, then `[DONE]`. */
export function shortStream(): StreamFormat {
  const said = createTranscript();
  const framesOf = (chunk: StreamChunk): string[] => {
    if (chunk.kind !== 'delta') return [];
    return said.add(chunk).map((piece) => dataFrame(piece));
  };
  return {
    chunk: framesOf,
    end(last, answered) {
      const frames = last.flatMap(framesOf);
      return [...frames, dataFrame({ done: true, ...toChatAnswer(said.whole(answered)) }), DONE_FRAME];
    },
    error: (error: RouterError, requestId: string, _start: StreamStart | undefined) => [
      dataFrame({ ...errorBody(error, requestId), finish_reason: 'error' }),
    ],
  };
}

type CallDelta = {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
  readonly custom?: { readonly name?: string; readonly input?: string };
  /** What belongs to the call besides, a signature for instance. */
  readonly extra_content?: unknown;
};

type HeardCall = { id: string; name: string; arguments: string; input?: string; extra?: unknown };

function toToolCall({ id, name, arguments: text, input, extra }: HeardCall): AnyCall {
  if (input !== undefined) return { id, type: 'custom', custom: { name, input } };
  const called = { id, type: 'function' as const, function: { name, arguments: text } };
  return extra === undefined ? called : { ...called, extra_content: extra };
}

/** Of the first choice only: the short form has one. */
function createTranscript() {
  let id = '';
  let created = 0;
  let content: string | null = null;
  let refusal: string | undefined;
  let finish: string | null = null;
  const calls: HeardCall[] = [];
  const thought: string[] = [];
  let details: readonly { readonly type: string }[] | undefined;
  const hearCall = ({ index = 0, id: callId, function: called, custom, extra_content: extra }: CallDelta): void => {
    const call = (calls[index] ??= { id: '', name: '', arguments: '' });
    call.id = callId ?? call.id;
    call.name = called?.name ?? custom?.name ?? call.name;
    if (custom) call.input = (call.input ?? '') + (custom.input ?? '');
    call.arguments += called?.arguments ?? '';
    call.extra = extra ?? call.extra;
  };
  return {
    add({ choices, ...chunk }: Delta): object[] {
      id ||= chunk.id;
      created ||= chunk.created;
      const choice = choices.find(({ index }) => index === 0);
      if (!choice) return [];
      finish = choice.finish_reason ?? finish;
      const pieces: object[] = [];
      const { content: text, reasoning, refusal: refused, tool_calls: deltas } = choice.delta;
      if (typeof reasoning === 'string' && reasoning !== '') {
        thought.push(reasoning);
        pieces.push({ reasoning });
      }
      const { reasoning_details: last } = choice.delta;
      if (Array.isArray(last)) details = last as { type: string }[];
      if (typeof refused === 'string' && refused !== '') refusal = (refusal ?? '') + refused;
      if (typeof text === 'string') {
        content = (content ?? '') + text;
        if (text !== '') pieces.push({ delta: text });
      }
      if (Array.isArray(deltas)) {
        for (const delta of deltas as CallDelta[]) hearCall(delta);
        pieces.push({ tool_calls: deltas });
      }
      return pieces;
    },
    whole(answered: Answered) {
      const toolCalls = calls.map(toToolCall);
      const message = {
        role: 'assistant' as const,
        content: toolCalls.length > 0 && content === '' ? null : content,
        ...(refusal === undefined ? {} : { refusal }),
        ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
        ...(thought.length > 0 ? { reasoning: thought.join('') } : {}),
        ...(details ? { reasoning_details: details } : {}),
      };
      const choice = { index: 0, finish_reason: finish as 'stop', message };
      return { ...answered, completion: { id, created, model: answered.model.id, choices: [choice] } };
    },
  };
}
