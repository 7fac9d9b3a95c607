// Brings log, snapshot, health, providers and the story of a request together into the one thing that the API talks to.
import { RouterError } from '../domain/errors.ts';
import type { ProviderName } from '../domain/catalog.ts';
import type { EventStore } from '../eventstore/eventStore.ts';
import type { Recorder } from '../eventstore/recorder.ts';
import type { Clock, Random } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Provider } from '../providers/provider.ts';
import { CURRENT_DECIDER } from '../routing/deciders.ts';
import { scoreWeights } from '../routing/scoreWeights.ts';
import { type AnswerTools, answerChat, decideRequest } from './answerChat.ts';
import type { Gateway, Readiness } from './gateway.ts';
import { openHealthWatch } from './health.ts';
import { type Snapshot, openSnapshot } from './snapshot.ts';

export type GatewayOptions = {
  readonly store: EventStore;
  readonly recorder: Recorder;
  readonly providers: ReadonlyMap<ProviderName, Provider>;
  readonly simulated: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Names this process in its health stream. */
  readonly process: string;
  readonly mostInFlight?: number;
  /** What else the readiness depends on: tells what is down, in words. */
  readonly checks: () => Promise<{
    readonly problems: readonly string[];
    readonly details: Readonly<Record<string, unknown>>;
  }>;
};

export type OpenGateway = Gateway & {
  /** Takes no more requests and waits for the running ones, at most that long. */
  drain(withinMs: number): Promise<void>;
  close(): Promise<void>;
};

export async function openGateway(options: GatewayOptions): Promise<OpenGateway> {
  const { clock, mostInFlight = 1_000 } = options;
  const snapshot = await openSnapshot(options);
  const health = openHealthWatch({ ...options, policy: () => snapshot.policy()?.policy });
  const tools: AnswerTools = { ...options, snapshot, health, onAttempt: (record) => health.add(record) };
  const running = new Set<Promise<unknown>>();
  const leaving = new AbortController();
  const state = { draining: false };

  return {
    simulated: options.simulated,
    catalog: () => snapshot.catalog(),
    explain(request) {
      const { decision, inputs, published, catalog } = decideRequest(request, tools);
      return {
        decision,
        features: inputs.features,
        weights: scoreWeights(published.policy, inputs.wishes),
        catalogVersion: catalog.version,
        policyVersion: published.version,
        deciderVersion: CURRENT_DECIDER,
      };
    },
    async answer(request) {
      if (state.draining || running.size >= mostInFlight || options.recorder.status().state === 'full') {
        throw new RouterError('overloaded', 'The router takes no more requests at the moment: try again shortly.', {
          retryAfterSec: 1,
        });
      }
      const work = answerChat({ ...request, signal: AbortSignal.any([request.signal, leaving.signal]) }, tools);
      running.add(work);
      try {
        return await work;
      } finally {
        running.delete(work);
      }
    },
    readiness: () => tellReadiness(options, snapshot, state.draining),
    async drain(withinMs) {
      state.draining = true;
      const grace = new AbortController();
      const over = clock.sleep(withinMs, grace.signal).then(
        () => leaving.abort(new Error('the router is stopping')),
        () => undefined,
      );
      await Promise.allSettled(running);
      grace.abort();
      await over;
    },
    async close() {
      await health.close();
      await snapshot.close();
    },
  };
}

async function tellReadiness(options: GatewayOptions, snapshot: Snapshot, draining: boolean): Promise<Readiness> {
  const { recorder, providers, simulated } = options;
  const { problems, details } = await options.checks();
  const { spoolDepth, spoolBytes, oldestAt, state } = recorder.status();
  const detail = {
    ...details,
    spool: { depth: spoolDepth, bytes: spoolBytes, oldest_at: oldestAt ?? null },
    providers: [...providers.keys()],
    simulated,
  };
  if (draining) return { status: 'unavailable', message: 'the router is stopping', ...detail };
  if (state === 'full')
    return { status: 'unavailable', message: 'the spool is full: the event log has been away too long', ...detail };
  if (snapshot.catalog().models.size === 0 || !snapshot.policy()) {
    return { status: 'unavailable', message: 'there is no catalog or policy: run `npm run setup`', ...detail };
  }
  const all = [...problems, ...(spoolDepth > 0 ? [`the event log is away: ${spoolDepth} appends wait on disk`] : [])];
  return all.length === 0 ? { status: 'ok', ...detail } : { status: 'degraded', message: all.join('; '), ...detail };
}
