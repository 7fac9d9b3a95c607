// Held changes of the catalog: which wait, and settling one on a person's word.
import { foldCatalog } from '../domain/foldCatalog.ts';
import type { Catalog } from '../domain/catalog.ts';
import { CATALOG_STREAM } from '../domain/events.ts';
import { type Hold, type Settling, foldHolds, planSettling } from '../domain/holds.ts';
import type { Clock, Random } from '../platform/clock.ts';
import { isoTime } from '../platform/clock.ts';
import { appendChanges, toRevised } from './appendChanges.ts';
import type { EventStore } from './eventStore.ts';

export type HoldTools = { readonly store: EventStore; readonly clock: Clock; readonly random: Random };

/** Held changes in the order in which they were held, and the catalog that they would change. */
export async function readHolds(
  store: EventStore,
): Promise<{ readonly open: readonly Hold[]; readonly catalog: Catalog }> {
  const events = [];
  for await (const event of store.readStream(CATALOG_STREAM)) events.push(toRevised(event));
  return { open: foldHolds(events).open, catalog: foldCatalog(events) };
}

/** The hold that was settled; undefined when none of that id waits (any more). */
export async function settleHold(
  tools: HoldTools,
  id: string,
  settling: Omit<Settling, 'at'>,
): Promise<Hold | undefined> {
  let found: Hold | undefined;
  const at = isoTime(tools.clock.now());
  await appendChanges(tools, CATALOG_STREAM, (events) => {
    found = foldHolds(events).open.find((hold) => hold.id === id);
    const model = found && foldCatalog(events).models.get(found.modelId);
    return found ? planSettling(found, model, { ...settling, at }) : [];
  });
  return found;
}
