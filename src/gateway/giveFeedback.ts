// A caller's opinion of an answer, appended to a stream of its own: it may come while the request's own end still waits in a spool.
import type { EventData } from '../domain/events.ts';
import { feedbackStream } from '../domain/events.ts';
import { appendChanges } from '../eventstore/appendChanges.ts';
import type { EventStore } from '../eventstore/eventStore.ts';
import { type Clock, type Random, isoTime } from '../platform/clock.ts';

export type Opinion = Omit<EventData<'FeedbackGiven'>, 'at'>;

/** Returns what was recorded, once it is durable. @throws StoreUnavailableError when the log is away: it is not spooled */
export async function giveFeedback(
  tools: { readonly store: EventStore; readonly clock: Clock; readonly random: Random },
  opinion: Opinion,
): Promise<EventData<'FeedbackGiven'>> {
  const data = { ...opinion, at: isoTime(tools.clock.now()) };
  await appendChanges(tools, feedbackStream(opinion.requestId), () => [{ type: 'FeedbackGiven', data }]);
  return data;
}
