// Brings log, snapshot, health, providers and the story of a request together into the one thing that the API talks to.
import type { Allowances } from '../accounts/allowances.ts';
import type { ProviderName } from '../domain/catalog.ts';
import type { HealthFigure } from '../domain/decision.ts';
import type { EventStore } from '../eventstore/eventStore.ts';
import type { Recorder } from '../eventstore/recorder.ts';
import { type Clock, type Random, isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Provider } from '../providers/provider.ts';
import { CURRENT_DECIDER } from '../routing/deciders.ts';
import { scoreWeights } from '../routing/scoreWeights.ts';
import { createAdmission } from './admission.ts';
import { answerChat } from './answerChat.ts';
import { type Breakers, createBreakers } from './breakers.ts';
import { toConditions } from './conditions.ts';
import { countTokens } from './countTokens.ts';
import { decideRequest } from './decideRequest.ts';
import type { Explained, Gateway, Readiness, RoutedRequest } from './gateway.ts';
import { openHealthWatch } from './health.ts';
import { type Snapshot, openSnapshot } from './snapshot.ts';
import type { StoryTools } from './story.ts';
import { streamChat } from './streamChat.ts';

export type GatewayOptions = {
  readonly allowances: Allowances;
  readonly store: EventStore;
  readonly recorder: Recorder;
  readonly metrics?: Metrics;
  readonly providers: ReadonlyMap<ProviderName, Provider>;
  readonly simulated: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Names this process in its health stream. */
  readonly process: string;
  /** What all processes together measured of models since a time, from the read model. */
  readonly sharedFigures?: (since: number) => Promise<Readonly<Record<string, HealthFigure>>>;
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
  const { clock } = options;
  const snapshot = await openSnapshot(options);
  const policy = () => snapshot.policy()?.policy;
  const health = openHealthWatch({ ...options, policy });
  const breakers = createBreakers(clock, () => policy()?.breaker);
  if (options.metrics) watchBreakers(breakers, options.metrics);
  const admission = createAdmission(
    clock,
    options.mostInFlight ?? 1_000,
    () => options.recorder.status().state !== 'full',
  );
  const tools: StoryTools = {
    ...options,
    snapshot,
    health,
    breakers,
    leaving: admission.leaving,
    onStart: (modelId) => breakers.onStart(modelId),
    onFault: (modelId) => breakers.onFault(modelId),
    onAttempt(record) {
      health.add(record);
      breakers.onAttempt(record);
    },
  };

  return {
    simulated: options.simulated,
    catalog: () => snapshot.catalog(),
    conditions: () => toConditions(breakers.states(), health.current().figures, policy()),
    countTokens: (request) => countTokens(request, { ...tools, logger: options.logger }),
    explain: (request) => explain(request, tools),
    async answer(request) {
      const done = admission.enter();
      try {
        return await answerChat(request, tools);
      } finally {
        done();
      }
    },
    async stream(request, onDecided) {
      const done = admission.enter();
      try {
        const { start, pieces } = await streamChat(request, tools, onDecided);
        return { start, pieces: finallyDo(pieces, done) };
      } catch (error) {
        done();
        throw error;
      }
    },
    readiness: () => tellReadiness(options, snapshot, breakers, admission.draining),
    drain: (withinMs) => admission.drain(withinMs),
    async close() {
      await health.close();
      await snapshot.close();
    },
  };
}

function explain(request: RoutedRequest, tools: StoryTools): Explained {
  const { decision, inputs, published, catalog } = decideRequest(request, tools);
  return {
    decision,
    features: inputs.features,
    weights: scoreWeights(published.policy, inputs.wishes),
    catalogVersion: catalog.version,
    policyVersion: published.version,
    deciderVersion: CURRENT_DECIDER,
  };
}

async function* finallyDo<T>(pieces: AsyncIterable<T>, done: () => void): AsyncGenerator<T> {
  try {
    yield* pieces;
  } finally {
    done();
  }
}

async function tellReadiness(
  options: GatewayOptions,
  snapshot: Snapshot,
  breakers: Breakers,
  draining: boolean,
): Promise<Readiness> {
  const { recorder, providers, simulated } = options;
  const { problems, details } = await options.checks();
  const { spoolDepth, spoolBytes, oldestAt, state } = recorder.status();
  const detail = {
    ...details,
    spool: { depth: spoolDepth, bytes: spoolBytes, oldest_at: oldestAt ?? null },
    providers: [...providers.keys()],
    breakers: breakers
      .states()
      .map(({ name, state, openUntil, reason }) => ({ name, state, open_until: isoTime(openUntil), reason })),
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

function watchBreakers(breakers: Breakers, metrics: Metrics): void {
  const help = 'Circuit breakers that are not closed, of models and providers: 1 open, 0.5 half open';
  metrics.gauge('omni_breaker', help, ['name'], async () =>
    breakers.states().map(({ name, state }) => ({ labels: { name }, value: state === 'open' ? 1 : 0.5 })),
  );
}
