// Appends drafts to a store as its own process would, and reads projections' tables whole.
import { type Draft, type StreamTail, sealEvents } from '../../src/eventstore/codec.ts';
import type { EventStore } from '../../src/eventstore/eventStore.ts';
import { createRandom, systemClock } from '../../src/platform/clock.ts';
import type { Queryable } from '../../src/platform/postgres.ts';

const random = createRandom(systemClock);

/** Appends at the end of the stream, in one append, and returns the ids of the events. */
export async function appendDrafts(store: EventStore, stream: string, drafts: readonly Draft[]): Promise<string[]> {
  let tail: StreamTail = null;
  for await (const { revision, metadata } of store.readStream(stream)) tail = { revision, chain: metadata.chain };
  const events = sealEvents(drafts, tail, { id: () => random.uuidv7(), madeAt: '2026-11-20T10:00:00.000Z' });
  await store.append(stream, events, tail ? (tail as { revision: bigint }).revision : 'none');
  return events.map(({ id }) => id);
}

/** Every row of the tables as text, in a fixed order. */
export async function dumpTables(postgres: Queryable, tables: readonly string[]): Promise<Record<string, string[]>> {
  const dump: Record<string, string[]> = {};
  for (const table of tables) {
    const { rows } = await postgres.query<{ line: string }>(`select t::text as line from ${table} t order by 1`);
    dump[table] = rows.map(({ line }) => line);
  }
  return dump;
}
