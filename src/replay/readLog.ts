// Whole requests out of a log, in the order in which they ended; at its end those that never did.
import { type EventStore, START } from '../eventstore/eventStore.ts';
import { scanLog } from '../eventstore/scanLog.ts';
import type { Clock } from '../platform/clock.ts';
import { type RequestEvents, type StoryEvent, toRequestEvents, toStoryEvent } from './history.ts';

export async function* readLoggedRequests(
  store: EventStore,
  clock: Clock,
  /** By the time of routing, ms epoch; from inclusive, to exclusive. */
  range: { readonly from?: number | undefined; readonly to?: number | undefined } = {},
): AsyncGenerator<RequestEvents> {
  const { from = -Infinity, to = Infinity } = range;
  const open = new Map<string, StoryEvent[]>();
  const wanted = (events: readonly StoryEvent[]): RequestEvents[] => {
    const request = toRequestEvents(events);
    return request && request.routed.inputs.at >= from && request.routed.inputs.at < to ? [request] : [];
  };
  for await (const batch of scanLog({ store, clock, categories: ['request'], after: START })) {
    for (const event of batch.events) {
      const events = open.get(event.stream) ?? [];
      events.push(toStoryEvent(event));
      open.set(event.stream, events);
      if (event.type !== 'RequestCompleted') continue;
      open.delete(event.stream);
      yield* wanted(events);
    }
  }
  for (const events of open.values()) yield* wanted(events);
}
