// What this process knows of catalog and policy, followed from the log. A decision reads one whole state: a change that spans
// several events shows when all of them are in.
import { type Catalog, EMPTY_CATALOG } from '../domain/catalog.ts';
import { CATALOG_STREAM, POLICY_STREAM } from '../domain/events.ts';
import { type Revised, foldCatalog, foldPolicy } from '../domain/foldCatalog.ts';
import type { PublishedPolicy } from '../domain/policy.ts';
import { toRevised } from '../eventstore/appendChanges.ts';
import { type EventStore, type RecordedEvent, START } from '../eventstore/eventStore.ts';
import { followCategories } from '../eventstore/followCategories.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';

export type Snapshot = {
  catalog(): Catalog;
  /** Undefined before the first policy was published. */
  policy(): PublishedPolicy | undefined;
  close(): Promise<void>;
};

export type SnapshotTools = { readonly store: EventStore; readonly clock: Clock; readonly logger: Logger };

/** Reads both streams to their ends, then follows them. */
export async function openSnapshot({ store, clock, logger }: SnapshotTools): Promise<Snapshot> {
  let catalog = foldCatalog(await readAll(store, CATALOG_STREAM));
  let policy = foldPolicy(await readAll(store, POLICY_STREAM));
  let unfinished: Catalog = catalog;
  const stop = new AbortController();

  const onEvents = async (events: readonly RecordedEvent[]): Promise<void> => {
    const fresh = (stream: string, after: number): Revised[] =>
      events.filter((event) => event.stream === stream && Number(event.revision) > after).map(toRevised);
    policy = foldPolicy(fresh(POLICY_STREAM, policy?.version ?? -1), policy);
    const changes = fresh(CATALOG_STREAM, unfinished.version);
    if (changes.length === 0) return;
    unfinished = foldCatalog(changes, unfinished);
    // A page may end in the middle of one append: wait for its rest.
    if (unfinished.version >= (await lastRevision(store, CATALOG_STREAM))) catalog = unfinished;
  };
  const categories = ['catalog', 'policy'];
  const following = followCategories({ store, clock, logger, categories, after: START, signal: stop.signal, onEvents });

  return {
    catalog: () => catalog,
    policy: () => policy,
    async close() {
      stop.abort();
      await following;
    },
  };
}

async function readAll(store: EventStore, stream: string): Promise<Revised[]> {
  const events: Revised[] = [];
  for await (const event of store.readStream(stream)) events.push(toRevised(event));
  return events;
}

async function lastRevision(store: EventStore, stream: string): Promise<number> {
  for await (const event of store.readStream(stream, { backwards: true })) return Number(event.revision);
  return EMPTY_CATALOG.version;
}
