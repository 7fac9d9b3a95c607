// The last event of every stream, as it was seen: what `verify` holds the log to. A hash chain alone does not tell that its end is
// gone, nor that it was gone and others took its place.
import { EVENT_CATEGORIES } from '../src/domain/events.ts';
import { type Projection, defineTable, put } from './projection.ts';

export type StreamHeadRow = {
  readonly stream: string;
  readonly revision: number;
  readonly chain: string;
  readonly event_id: string;
};
/** An event that came where another one had been seen. */
export type StreamConflictRow = {
  readonly stream: string;
  readonly revision: number;
  readonly event_id: string;
  readonly seen_event_id: string;
};

export const streamHeadsTable = defineTable<StreamHeadRow>('stream_heads', ['stream'], {
  stream: 'text',
  revision: 'bigint',
  chain: 'text',
  event_id: 'uuid',
});
export const streamConflictsTable = defineTable<StreamConflictRow>(
  'stream_conflicts',
  ['stream', 'revision', 'event_id'],
  { stream: 'text', revision: 'bigint', event_id: 'uuid', seen_event_id: 'uuid' },
);

export const streamHeads: Projection = {
  name: 'streamHeads',
  // Raised, it would be made again from a log whose end may be gone by now.
  version: 1,
  tables: [streamHeadsTable, streamConflictsTable],
  categories: EVENT_CATEGORIES,
  keepsRows: true,
  keysOf: ({ stream }) => [{ table: streamHeadsTable, values: [stream] }],
  evolve(rows, { stream, revision, chain, id }) {
    const seen = rows.get(streamHeadsTable, stream);
    if (!seen || revision > seen.revision) return [put(streamHeadsTable, { stream, revision, chain, event_id: id })];
    // One before the head comes when a log is followed from its beginning once more. Of a stream that was cut, `verify` tells the end for
    // as long as it is short; as long as it was, it meets the head here.
    if (revision < seen.revision || (id === seen.event_id && chain === seen.chain)) return [];
    return [put(streamConflictsTable, { stream, revision, event_id: id, seen_event_id: seen.event_id })];
  },
};
