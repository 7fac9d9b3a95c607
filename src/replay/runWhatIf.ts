// A what-if over requests of the log, one after the other, leaving the event loop to others in between.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type History, type RequestEvents, toRequestEvents } from './history.ts';
import { type Compared, type WhatIfPlan, type WhatIfReport, compareRequest, createWhatIfTally } from './whatIf.ts';

export async function runWhatIf(
  requests: AsyncIterable<RequestEvents>,
  history: History,
  plan: WhatIfPlan,
  options: {
    readonly notes?: readonly string[];
    readonly onCompared?: (compared: Compared) => Promise<void>;
    /** Ends it early. */
    readonly signal?: AbortSignal;
  } = {},
): Promise<WhatIfReport> {
  const tally = createWhatIfTally();
  for await (const request of requests) {
    options.signal?.throwIfAborted();
    const compared = compareRequest(request, await history.contextOf(request.routed), plan);
    tally.add(compared);
    await options.onCompared?.(compared);
    await nextTurn();
  }
  return tally.report(options.notes);
}

const AT_ONCE = 8;

/** Requests by their ids, in that order; those that the log does not have are left out. */
export async function* readRequests(history: History, ids: readonly string[]): AsyncGenerator<RequestEvents> {
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const read = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => history.readRequest(id)));
    for (const events of read) {
      const request = toRequestEvents(events);
      if (request) yield request;
    }
  }
}
