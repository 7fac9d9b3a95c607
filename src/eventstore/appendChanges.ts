// Appending to a stream that others write too (catalog, policy, admin): read it, plan, append at exactly that place, and plan
// again when somebody was faster.
import type { Clock, Random } from '../platform/clock.ts';
import { isoTime } from '../platform/clock.ts';
import { type Draft, openEvent, sealEvents } from './codec.ts';
import { ConflictError, type EventStore, type RecordedEvent } from './eventStore.ts';
import type { Revised } from '../domain/foldCatalog.ts';

const MOST_TRIES = 8;

/**
 * Plans with all events of the stream and appends what was planned, in one append. Returns the events that were appended.
 * @throws ConflictError when others were faster eight times
 */
export async function appendChanges(
  tools: { readonly store: EventStore; readonly clock: Clock; readonly random: Random },
  stream: string,
  plan: (events: readonly Revised[]) => readonly Draft[],
): Promise<readonly Draft[]> {
  const { store, clock, random } = tools;
  for (let attempt = 1; ; attempt++) {
    const recorded: RecordedEvent[] = [];
    for await (const event of store.readStream(stream)) recorded.push(event);
    const drafts = plan(recorded.map(toRevised));
    if (drafts.length === 0) return [];
    const last = recorded.at(-1);
    const tail = last ? { revision: last.revision, chain: last.metadata.chain } : null;
    const events = sealEvents(drafts, tail, { id: () => random.uuidv7(), madeAt: isoTime(clock.now()) });
    try {
      await store.append(stream, events, tail ? tail.revision : 'none');
      return drafts;
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === MOST_TRIES) throw error;
    }
  }
}

export function toRevised(event: RecordedEvent): Revised {
  return { ...openEvent(event), revision: Number(event.revision) };
}
