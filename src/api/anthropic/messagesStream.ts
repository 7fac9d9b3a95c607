// A streamed answer as the events of Anthropic's Messages API: the vendor's own where Anthropic answers, made of the neutral deltas
// otherwise. Pure but for what it remembers: the block that is open.
import type { RouterError } from '../../domain/errors.ts';
import type { Answered, StreamStart } from '../../gateway/gateway.ts';
import { toMetadata } from '../openaiFormat.ts';
import type { StreamChunk, StreamFormat } from '../streamAnswer.ts';
import { emptyMessage, toMessagesError, toStopReason, toUsage } from './messagesAnswer.ts';

type Event = { readonly type: string; readonly [field: string]: unknown };
type Delta = Extract<StreamChunk, { kind: 'delta' }>;
type CallDelta = {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
};

export function messagesStream(wants: { readonly metadata: boolean }): StreamFormat {
  const writer = createBlockWriter();
  // Where Anthropic answers, the deltas that were made of its events come besides: they must not be told as well.
  const eventsOf = (chunk: StreamChunk, { model }: Pick<StreamStart, 'model'>): Event[] => {
    if (model.provider === 'anthropic') return chunk.kind === 'native' ? [withModel(chunk.event, model.id)] : [];
    return chunk.kind === 'delta' ? writer.add(chunk, model.id) : [];
  };
  return {
    chunk: (chunk, start) => eventsOf(chunk, start).map(toFrame),
    end(last, answered) {
      const events = last.flatMap((chunk) => eventsOf(chunk, answered));
      const all = answered.model.provider === 'anthropic' ? events : [...events, ...writer.end(answered)];
      return all.map((event) =>
        toFrame(wants.metadata && event.type === 'message_stop' ? { ...event, omni: toMetadata(answered) } : event),
      );
    },
    error: (error: RouterError, requestId: string) => [
      toFrame({ ...toMessagesError(error, requestId), type: 'error' }),
    ],
  };
}

function toFrame(event: Event): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function withModel(event: Readonly<Record<string, unknown>>, model: string): Event {
  const type = String(event['type']);
  if (type !== 'message_start') return { ...event, type };
  return { ...event, type, message: { ...(event['message'] as object), model } };
}

function createBlockWriter() {
  let index = -1;
  /** `text`, `thinking`, or the number of a tool call. */
  let open: string | number | undefined;
  let begun = false;
  let finish: Delta['choices'][number]['finish_reason'] = null;
  const close = (): Event[] => {
    if (open === undefined) return [];
    open = undefined;
    return [{ type: 'content_block_stop', index }];
  };
  const enter = (kind: string | number, block: object): Event[] => {
    if (open === kind) return [];
    const closed = close();
    index += 1;
    open = kind;
    return [...closed, { type: 'content_block_start', index, content_block: block }];
  };
  const say = (delta: object): Event => ({ type: 'content_block_delta', index, delta });
  const call = ({ index: place = 0, id, function: called }: CallDelta): Event[] => {
    const name = called?.name ?? '';
    const events = enter(place, { type: 'tool_use', id: id ?? `toolu_${place}`, name, input: {} });
    const text = called?.arguments ?? '';
    return text ? [...events, say({ type: 'input_json_delta', partial_json: text })] : events;
  };
  const begin = (id: string, model: string): Event[] => {
    if (begun) return [];
    begun = true;
    return [{ type: 'message_start', message: { ...emptyMessage(id, model), usage: toUsage(null) } }];
  };
  return {
    add({ id, choices }: Delta, model: string): Event[] {
      const events = begin(id, model);
      const choice = choices.find((one) => one.index === 0);
      if (!choice) return events;
      finish = choice.finish_reason ?? finish;
      const { content, reasoning, reasoning_content: thought = reasoning, refusal, tool_calls: calls } = choice.delta;
      if (typeof thought === 'string' && thought) {
        events.push(...enter('thinking', { type: 'thinking', thinking: '', signature: '' }));
        events.push(say({ type: 'thinking_delta', thinking: thought }));
      }
      for (const text of [content, refusal]) {
        if (typeof text !== 'string' || text === '') continue;
        events.push(...enter('text', { type: 'text', text: '' }), say({ type: 'text_delta', text }));
      }
      if (Array.isArray(calls)) for (const one of calls as CallDelta[]) events.push(...call(one));
      return events;
    },
    end(answered: Answered): Event[] {
      const delta = { stop_reason: toStopReason(finish), stop_sequence: null };
      return [
        ...begin(answered.requestId, answered.model.id),
        ...close(),
        { type: 'message_delta', delta, usage: toUsage(answered.usage) },
        { type: 'message_stop' },
      ];
    },
  };
}
