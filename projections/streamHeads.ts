// The last event of every stream, as it was seen: what `verify` holds the log to. A hash chain alone does not tell that its end is
// gone.
import { EVENT_CATEGORIES } from '../src/domain/events.ts';
import { type Projection, defineTable, put } from './projection.ts';

export type StreamHeadRow = {
  readonly stream: string;
  readonly revision: number;
  readonly chain: string;
  readonly event_id: string;
};

export const streamHeadsTable = defineTable<StreamHeadRow>('stream_heads', ['stream'], {
  stream: 'text',
  revision: 'bigint',
  chain: 'text',
  event_id: 'uuid',
});

export const streamHeads: Projection = {
  name: 'streamHeads',
  version: 1,
  tables: [streamHeadsTable],
  categories: EVENT_CATEGORIES,
  keysOf: () => [],
  evolve: (_rows, { stream, revision, chain, id }) => [
    put(streamHeadsTable, { stream, revision, chain, event_id: id }),
  ],
};
