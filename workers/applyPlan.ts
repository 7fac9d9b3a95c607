// Appending what was planned to the catalog: planned again whenever somebody was faster, in one append unless it is too large for one.
import { CATALOG_STREAM, type DomainEvent } from '../src/domain/events.ts';
import type { Revised } from '../src/domain/foldCatalog.ts';
import { appendChanges, toRevised } from '../src/eventstore/appendChanges.ts';
import { MAX_APPEND_BYTES } from '../src/eventstore/eventStore.ts';
import type { JobTools } from './job.ts';

type Tools = Pick<JobTools, 'store' | 'clock' | 'random'>;

/** Ids, hashes and the form of the log take some room beside the data. */
const ROOM = MAX_APPEND_BYTES * 0.6;
const MOST_PARTS = 20;

export async function readCatalogEvents({ store }: Pick<Tools, 'store'>): Promise<Revised[]> {
  const events: Revised[] = [];
  for await (const event of store.readStream(CATALOG_STREAM)) events.push(toRevised(event));
  return events;
}

/** Plans with all events of the catalog and appends; `part` counts from 0. Returns how many events were appended. */
export async function applyPlan(
  tools: Tools,
  plan: (events: readonly Revised[], part: number) => readonly DomainEvent[],
): Promise<number> {
  let appended = 0;
  for (let part = 0; part < MOST_PARTS; part += 1) {
    let isWhole = true;
    const drafts = await appendChanges(tools, CATALOG_STREAM, (events) => {
      const all = plan(events, part);
      const first = firstPart(all);
      isWhole = first.length === all.length;
      return first;
    });
    appended += drafts.length;
    if (isWhole) return appended;
  }
  throw new Error(`a plan did not fit into ${MOST_PARTS} appends`);
}

/** As many events as fit; a generation of ratings begins a part of its own rather than being cut. */
function firstPart(events: readonly DomainEvent[]): readonly DomainEvent[] {
  let bytes = 0;
  for (const [place, event] of events.entries()) {
    bytes += JSON.stringify(event).length;
    if (bytes <= ROOM || place === 0) continue;
    const generation = events.findIndex(({ type }) => type === 'RatingGenerationPublished');
    return events.slice(0, generation > 0 && generation < place ? generation : place);
  }
  return events;
}
