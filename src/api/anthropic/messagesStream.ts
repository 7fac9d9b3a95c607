// A streamed answer as the events of Anthropic's Messages API: the vendor's own where Anthropic answers, made of the neutral deltas
// otherwise. Pure but for what it remembers: the block that is open.
import type { RouterError } from '../../domain/errors.ts';
import type { StreamStart } from '../../gateway/gateway.ts';
import { toMetadata } from '../openaiFormat.ts';
import type { StreamChunk, StreamFormat } from '../streamAnswer.ts';
import { BlockWriter, type Event } from './blockWriter.ts';
import { toMessagesError } from './messagesAnswer.ts';

export function messagesStream(wants: { readonly metadata: boolean }): StreamFormat {
  const writer = new BlockWriter();
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
