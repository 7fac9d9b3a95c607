// Asks for costs of the past to be told at another catalog version's prices: events only, the projection does the rest.
import { RouterError } from '../domain/errors.ts';
import { ADMIN_STREAM, CATALOG_STREAM } from '../domain/events.ts';
import { type RerateWish, planRerate } from '../domain/planRerate.ts';
import { appendChanges } from '../eventstore/appendChanges.ts';
import type { EventStore } from '../eventstore/eventStore.ts';
import type { Clock, Random } from '../platform/clock.ts';

/** Returns how many days were asked for. @throws RouterError `validation_error` for what cannot be */
export async function requestRerate(
  tools: { readonly store: EventStore; readonly clock: Clock; readonly random: Random },
  wish: RerateWish,
): Promise<number> {
  const events = planRerate(wish, tools.clock.now());
  const revision = BigInt(wish.catalogVersion);
  const found = tools.store.readStream(CATALOG_STREAM, { from: revision, to: revision })[Symbol.asyncIterator]();
  const { done } = await found.next();
  if (done) {
    throw new RouterError('validation_error', `catalog_version: the catalog has no version ${wish.catalogVersion}.`, {
      param: 'catalog_version',
      shouldRetry: false,
    });
  }
  await appendChanges(tools, ADMIN_STREAM, () => events);
  return events.length;
}
