// From a vendor's events to the chunks of the neutral form: one loop for all wire formats. It ends well only when the wire saw
// a finish reason; what was counted until then goes with every failure.
import { type EventReply, parseEvent } from './httpStream.ts';
import { type Chunk, type Failure, ProviderError } from './provider.ts';
import type { ReadChunk, StreamState } from './wire/chunk.ts';

export async function* streamAnswer<S extends StreamState>(
  reply: EventReply,
  warnings: readonly string[],
  start: S,
  read: ReadChunk<S>,
): AsyncGenerator<Chunk> {
  let state = start;
  yield { kind: 'start', status: reply.status, providerRequestId: reply.requestId, warnings };
  try {
    for await (const data of reply.events) {
      if (data === '[DONE]') {
        reply.drain();
        break;
      }
      const step = read(state, parseEvent(data));
      state = step.state;
      yield* step.chunks;
      if (!state.done) continue;
      reply.drain();
      break;
    }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // The answer was whole already; only what follows it, such as the count, is lost.
    if (state.finished && error.failure.kind === 'stream-cut') return;
    throw new ProviderError(withUsage(error.failure, state, reply), { cause: error });
  }
  if (!state.finished) throw new ProviderError(withUsage(UNFINISHED, state, reply));
}

const UNFINISHED: Failure = { kind: 'stream-cut', message: 'the stream ended before its answer did', status: 200 };

function withUsage(failure: Failure, state: StreamState, { requestId }: EventReply): Failure {
  return { providerRequestId: requestId, ...failure, usage: failure.usage ?? state.usage };
}
