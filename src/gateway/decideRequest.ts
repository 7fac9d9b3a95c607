// From a request to its decision: everything that `decide` reads is gathered here, and nowhere else.
import type { CatalogModel } from '../domain/catalog.ts';
import type { ChainLink, Decision, DecisionInputs } from '../domain/decision.ts';
import { RouterError } from '../domain/errors.ts';
import type { EventData } from '../domain/events.ts';
import type { Policy, PublishedPolicy } from '../domain/policy.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import { decide } from '../routing/decide.ts';
import { CURRENT_DECIDER } from '../routing/deciders.ts';
import { DESCRIBER_VERSION, describeChat } from '../routing/describeChat.ts';
import type { AttemptTools, Call } from './attempts.ts';
import type { Breakers } from './breakers.ts';
import type { RoutedRequest } from './gateway.ts';
import type { HealthWatch } from './health.ts';
import type { Snapshot } from './snapshot.ts';

export type DecideTools = {
  readonly snapshot: Pick<Snapshot, 'catalog' | 'policy'>;
  readonly health: Pick<HealthWatch, 'current'>;
  readonly breakers: Pick<Breakers, 'open'>;
  readonly providers: AttemptTools['providers'];
  readonly clock: Clock;
};

export type Decided = {
  readonly inputs: DecisionInputs;
  readonly decision: Decision;
  readonly published: PublishedPolicy;
  readonly catalog: ReturnType<Snapshot['catalog']>;
  readonly health: ReturnType<HealthWatch['current']>;
};

export function decideRequest(request: RoutedRequest, tools: DecideTools): Decided {
  const published = tools.snapshot.policy();
  const catalog = tools.snapshot.catalog();
  if (!published || catalog.models.size === 0) {
    throw new RouterError(
      'overloaded',
      'The router has no catalog or policy yet: run `npm run setup`, then try again.',
      { retryAfterSec: 5 },
    );
  }
  const { caller, chat, wishes, session } = request;
  const health = tools.health.current();
  const inputs: DecisionInputs = {
    features: describeChat(chat, request.surface, {
      streaming: request.streaming,
      requireParameters: wishes.requireParameters,
    }),
    wishes,
    constraints: {
      providers: [...tools.providers.keys()].sort(),
      orgModels: caller.orgModels ? [...caller.orgModels] : null,
      keyModels: caller.keyModels ? [...caller.keyModels] : null,
      baselineModel: caller.baselineModel,
    },
    at: tools.clock.now(),
    openBreakers: tools.breakers.open(),
    // The request's own id: equal scores spread over requests, and a replay has it.
    seed: request.requestId,
    session,
  };
  const decision = decide(inputs, { catalog, policy: published.policy, health: health.figures });
  return { inputs, decision, published, catalog, health };
}

export function toRouted(
  request: RoutedRequest,
  { inputs, decision, published, catalog, health }: Decided,
  simulated: boolean,
): EventData<'RequestRouted'> {
  return {
    requestId: request.requestId,
    orgId: request.caller.orgId,
    keyId: request.caller.keyId,
    surface: request.surface,
    routedAt: isoTime(inputs.at),
    inputs,
    describerVersion: DESCRIBER_VERSION,
    deciderVersion: CURRENT_DECIDER,
    catalogVersion: catalog.version,
    policyVersion: published.version,
    health: health.reference,
    outcome: decision.outcome,
    promptDigest: request.bodyDigest,
    simulated,
  };
}

/** The calls that the decision allows. `leaving` fires when this process may wait no longer. */
export function toCall(
  request: RoutedRequest,
  { inputs, decision, published, catalog }: Decided,
  leaving: AbortSignal,
): Call {
  const { policy } = published;
  const { normal, reasoning } = policy.timeouts;
  const mostMs = request.streaming
    ? Math.max(normal.streamMs, reasoning.streamMs)
    : 2 * Math.max(normal.wholeMs, reasoning.wholeMs);
  return {
    requestId: request.requestId,
    orgId: request.caller.orgId,
    chat: request.chat,
    chain: decision.outcome.chain.flatMap((link) => {
      const model: CatalogModel | undefined = catalog.models.get(link.modelId);
      return model ? [{ link, model, usualOutputTokens: usualOutput(link, inputs, policy) }] : [];
    }),
    policy,
    at: inputs.at,
    deadline: request.receivedAt + (inputs.wishes.deadlineMs ?? mostMs),
    inputTokens: inputs.features.inputTokens,
    images: inputs.features.imageCount,
    streaming: request.streaming,
    signals: [request.signal, leaving],
    native: request.native,
    openrouter: request.openrouter,
  };
}

function usualOutput({ effort }: ChainLink, { features }: DecisionInputs, policy: Policy): number {
  const factor = effort === undefined ? 1 : policy.effortOutputFactor[effort];
  return Math.ceil(policy.expectedOutputTokens[features.taskType] * factor);
}
