// Every recorded decision and every amount of a log once more, as its events go by. Keeps what has not ended yet, no more.
import type { RecordedEvent } from '../eventstore/eventStore.ts';
import type { Difference } from './differences.ts';
import { type History, type StoryEvent, toRequestEvents, toStoryEvent } from './history.ts';
import { recountCosts } from './recountCosts.ts';
import { replayDecision } from './replayDecision.ts';

export type DecisionProblem = {
  readonly requestId: string;
  readonly what: 'decision' | 'cost' | 'unreadable';
  readonly differences: readonly Difference[];
  /** Why it could not be computed again. */
  readonly message?: string;
};
export type DecisionCount = { readonly checked: number; readonly differing: number };
export type DecisionAudit = {
  /** Events of `request-…` streams in commit order. */
  add(event: RecordedEvent): Promise<DecisionProblem[]>;
  /** Those that never ended. */
  finish(): Promise<DecisionProblem[]>;
  /** By decider version. */
  readonly deciders: ReadonlyMap<number, DecisionCount>;
  /** Requests whose amounts were counted again. */
  readonly costs: DecisionCount;
};

/** Of requests that were routed between two times only, where these are given (ms epoch; from inclusive, to exclusive). */
export type VerifyRange = { readonly from?: number | undefined; readonly to?: number | undefined };

export function createDecisionAudit(history: History, range: VerifyRange = {}): DecisionAudit {
  const open = new Map<string, StoryEvent[]>();
  const deciders = new Map<number, { checked: number; differing: number }>();
  const costs = { checked: 0, differing: 0 };

  const check = async (requestId: string, events: readonly StoryEvent[]): Promise<DecisionProblem[]> => {
    const request = toRequestEvents(events);
    if (!request) return [{ requestId, what: 'unreadable', differences: [], message: 'it has no RequestRouted' }];
    const { routed, completed } = request;
    const { at } = routed.inputs;
    if (at < (range.from ?? -Infinity) || at >= (range.to ?? Infinity)) return [];
    const count = deciders.get(routed.deciderVersion) ?? { checked: 0, differing: 0 };
    deciders.set(routed.deciderVersion, count);
    count.checked += 1;
    try {
      const context = await history.contextOf(routed);
      const { differences } = replayDecision(routed, context);
      const amounts = recountCosts(request, context.catalog);
      if (differences.length > 0) count.differing += 1;
      if (completed) costs.checked += 1;
      if (amounts.length > 0) costs.differing += 1;
      return [
        ...(differences.length > 0 ? [{ requestId, what: 'decision' as const, differences }] : []),
        ...(amounts.length > 0 ? [{ requestId, what: 'cost' as const, differences: amounts }] : []),
      ];
    } catch (error) {
      count.differing += 1;
      return [{ requestId, what: 'unreadable', differences: [], message: sayError(error) }];
    }
  };

  return {
    deciders,
    costs,
    async add(event) {
      const requestId = event.stream.slice('request-'.length);
      let opened: StoryEvent;
      try {
        opened = toStoryEvent(event);
      } catch (error) {
        return [{ requestId, what: 'unreadable', differences: [], message: `${event.type}: ${sayError(error)}` }];
      }
      const events = open.get(requestId) ?? [];
      events.push(opened);
      open.set(requestId, events);
      if (event.type !== 'RequestCompleted') return [];
      open.delete(requestId);
      return await check(requestId, events);
    },
    async finish() {
      const problems: DecisionProblem[] = [];
      for (const [requestId, events] of open) problems.push(...(await check(requestId, events)));
      open.clear();
      return problems;
    },
  };
}

function sayError(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 300);
}
