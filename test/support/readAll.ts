// All events of a stream through its pure reader: the last state and every chunk.
import type { Chunk } from '../../src/providers/provider.ts';
import type { ReadChunk, StreamState } from '../../src/providers/wire/chunk.ts';

export function readAll<S extends StreamState>(
  start: S,
  read: ReadChunk<S>,
  events: readonly unknown[],
): { state: S; chunks: Chunk[] } {
  let state = start;
  const chunks: Chunk[] = [];
  for (const event of events) {
    const step = read(state, event);
    state = step.state;
    chunks.push(...step.chunks);
  }
  return { state, chunks };
}
