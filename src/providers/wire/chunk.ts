// What the readers of all streamed formats share: the state that they fold, and the chunk that they make. Pure.
import type { Usage } from '../../domain/usage.ts';
import type { Chunk } from '../provider.ts';

/** What every wire format keeps between two events. */
export type StreamState = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  /** A finish reason was seen for all that was begun. */
  readonly finished: boolean;
  /** The vendor said that nothing follows. */
  readonly done: boolean;
  readonly usage: Usage | undefined;
};
export type Step<S extends StreamState> = { readonly state: S; readonly chunks: readonly Chunk[] };
/** Pure: one event in, the next state and the chunks out. */
export type ReadChunk<S extends StreamState> = (state: S, event: unknown) => Step<S>;

export function startOfStream(context: {
  readonly id: string;
  readonly now: number;
  readonly model: string;
}): StreamState {
  return {
    id: context.id,
    created: Math.floor(context.now / 1_000),
    model: context.model,
    finished: false,
    done: false,
    usage: undefined,
  };
}

/** The chunk of one choice, as most events are. */
export function deltaOf(
  state: StreamState,
  delta: Readonly<Record<string, unknown>>,
  finish: {
    finish_reason: 'stop' | 'length' | 'tool_calls' | 'content_filter';
    native_finish_reason: string;
  } | null = null,
): Chunk {
  const { id, created, model } = state;
  return { kind: 'delta', id, created, model, choices: [{ index: 0, delta, finish_reason: null, ...finish }] };
}
