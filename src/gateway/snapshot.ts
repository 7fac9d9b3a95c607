// What this process knows of catalog and policy, followed from the log. A decision reads one whole state: a change that spans
// several events shows when all of them are in.
import { type Catalog, EMPTY_CATALOG } from '../domain/catalog.ts';
import { CATALOG_STREAM, POLICY_STREAM } from '../domain/events.ts';
import { type Revised, foldCatalog, foldPolicy } from '../domain/foldCatalog.ts';
import type { PublishedPolicy } from '../domain/policy.ts';
import { toRevised } from '../eventstore/appendChanges.ts';
import { type EventStore, START } from '../eventstore/eventStore.ts';
import type { Logger } from '../platform/logger.ts';

export type Snapshot = {
  catalog(): Catalog;
  /** Undefined before the first policy was published. */
  policy(): PublishedPolicy | undefined;
  close(): Promise<void>;
};

/** Reads both streams to their ends, then follows them. */
export async function openSnapshot(store: EventStore, logger: Logger): Promise<Snapshot> {
  let catalog = foldCatalog(await readAll(store, CATALOG_STREAM));
  let policy = foldPolicy(await readAll(store, POLICY_STREAM));
  let unfinished: Catalog = catalog;
  const stop = new AbortController();

  const follow = async (): Promise<void> => {
    for await (const { events } of store.subscribe(START, ['catalog', 'policy'], stop.signal)) {
      const fresh = (stream: string, after: number): Revised[] =>
        events.filter((event) => event.stream === stream && Number(event.revision) > after).map(toRevised);
      policy = foldPolicy(fresh(POLICY_STREAM, policy?.version ?? -1), policy);
      const changes = fresh(CATALOG_STREAM, unfinished.version);
      if (changes.length === 0) continue;
      unfinished = foldCatalog(changes, unfinished);
      // A page may end in the middle of one append: wait for its rest.
      if (unfinished.version >= (await lastRevision(store, CATALOG_STREAM))) catalog = unfinished;
    }
  };
  const following = (async () => {
    try {
      await follow();
    } catch (error) {
      logger.error('the catalog can no longer be followed; this process keeps the last state', { error });
    }
  })();

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
