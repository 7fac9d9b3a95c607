// ★ The story of one request, in order: describe → decide → record the decision beside the first call → call → price →
// record the end → answer. The caller hears nothing before all of it is durable.
import type { Decision, DecisionInputs } from '../domain/decision.ts';
import { RouterError } from '../domain/errors.ts';
import { type EventData, requestStream } from '../domain/events.ts';
import type { PublishedPolicy } from '../domain/policy.ts';
import { baselineCostUsd, savingsUsd, totalCostUsd } from '../domain/requestCost.ts';
import type { Recorder } from '../eventstore/recorder.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { decide } from '../routing/decide.ts';
import { CURRENT_DECIDER } from '../routing/deciders.ts';
import { DESCRIBER_VERSION, describeChat } from '../routing/describeChat.ts';
import { type AttemptTools, type Attempted, attemptChain } from './attempts.ts';
import { failureToError } from './failureToError.ts';
import type { Answered, RoutedRequest, WholeAnswer } from './gateway.ts';
import type { HealthWatch } from './health.ts';
import type { Snapshot } from './snapshot.ts';

export type AnswerTools = AttemptTools & {
  readonly snapshot: Snapshot;
  readonly health: Pick<HealthWatch, 'current'>;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly simulated: boolean;
};

export type Decided = {
  readonly inputs: DecisionInputs;
  readonly decision: Decision;
  readonly published: PublishedPolicy;
  readonly catalog: ReturnType<Snapshot['catalog']>;
  readonly health: ReturnType<HealthWatch['current']>;
};

export async function answerChat(request: RoutedRequest, tools: AnswerTools): Promise<WholeAnswer> {
  const decided = decideRequest(request, tools);
  const stream = requestStream(request.requestId);
  const routed = tools.recorder.record(stream, [{ type: 'RequestRouted', data: toRouted(request, decided, tools) }]);
  // Its failure is met below, where it is awaited; until then the provider is already working.
  routed.catch(() => undefined);
  try {
    const attempted = await callChain(request, decided, tools);
    const end = price(request, decided, attempted, tools);
    const attempts = attempted.records.map((data) => ({ type: 'ProviderAttempted' as const, data }));
    await recordable(routed);
    await recordable(tools.recorder.record(stream, [...attempts, { type: 'RequestCompleted', data: end }]));
    if (!attempted.ok) throw toCallerError(request, decided, attempted);
    return { ...toAnswered(decided, attempted, end, tools), completion: attempted.answer.completion };
  } finally {
    tools.recorder.forget(stream);
  }
}

export function decideRequest(
  request: RoutedRequest,
  tools: Pick<AnswerTools, 'snapshot' | 'health' | 'providers' | 'clock'>,
): Decided {
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
    features: describeChat(chat, request.surface, false),
    wishes,
    constraints: {
      providers: [...tools.providers.keys()].sort(),
      orgModels: caller.orgModels ? [...caller.orgModels] : null,
      keyModels: caller.keyModels ? [...caller.keyModels] : null,
      baselineModel: caller.baselineModel,
    },
    at: tools.clock.now(),
    openBreakers: [],
    // The request's own id: equal scores spread over requests, and a replay has it.
    seed: request.requestId,
    session,
  };
  const decision = decide(inputs, { catalog, policy: published.policy, health: health.figures });
  return { inputs, decision, published, catalog, health };
}

function toRouted(
  request: RoutedRequest,
  { inputs, decision, published, catalog, health }: Decided,
  { simulated }: AnswerTools,
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

async function callChain(
  request: RoutedRequest,
  { inputs, decision, published, catalog }: Decided,
  tools: AnswerTools,
): Promise<Attempted> {
  const chain = decision.outcome.chain.flatMap((link) => {
    const model = catalog.models.get(link.modelId);
    return model ? [{ link, model }] : [];
  });
  const { policy } = published;
  const mostMs =
    inputs.wishes.deadlineMs ?? 2 * Math.max(policy.timeouts.normal.wholeMs, policy.timeouts.reasoning.wholeMs);
  return await attemptChain(
    {
      requestId: request.requestId,
      chat: request.chat,
      chain,
      policy,
      at: inputs.at,
      deadline: request.receivedAt + mostMs,
      inputTokens: inputs.features.inputTokens,
      signal: request.signal,
      openrouter: request.openrouter,
    },
    tools,
  );
}

function price(
  request: RoutedRequest,
  decided: Decided,
  attempted: Attempted,
  { clock, simulated }: AnswerTools,
): EventData<'RequestCompleted'> {
  const { inputs, decision, catalog } = decided;
  const usage = attempted.ok ? attempted.usage : null;
  const cost = totalCostUsd(attempted.records);
  const baseline = decision.outcome.baseline;
  const baselineCost =
    usage && baseline ? baselineCostUsd(usage, catalog.models.get(baseline.modelId)?.prices, inputs.at) : null;
  const latencyMs = round(clock.monotonicMs() - request.receivedAt);
  const waitedMs = attempted.records.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return {
    requestId: request.requestId,
    orgId: request.caller.orgId,
    keyId: request.caller.keyId,
    surface: request.surface,
    taskType: inputs.features.taskType,
    routedAt: isoTime(inputs.at),
    completedAt: isoTime(clock.now()),
    outcome: attempted.ok ? 'succeeded' : request.signal.aborted ? 'cancelled' : 'failed',
    errorCode: attempted.ok ? null : toCallerError(request, decided, attempted).code,
    modelId: attempted.ok ? attempted.model.id : (attempted.records.at(-1)?.modelId ?? null),
    attempts: attempted.records.length,
    usage,
    costUsd: cost,
    baselineModelId: baseline?.modelId ?? null,
    baselineCostUsd: baselineCost,
    savingsUsd: savingsUsd(cost, baselineCost),
    latencyMs,
    firstTokenMs: null,
    overheadMs: round(Math.max(0, latencyMs - waitedMs)),
    catalogVersion: catalog.version,
    simulated,
  };
}

function toCallerError(
  { requestId, signal }: RoutedRequest,
  { decision }: Decided,
  attempted: Extract<Attempted, { ok: false }>,
): RouterError {
  const { chain, exclusions, reason } = decision.outcome;
  if (chain.length === 0)
    return new RouterError('no_eligible_model', reason, { shouldRetry: false, details: { excluded: exclusions } });
  if (signal.aborted && attempted.failures.length === 0)
    return new RouterError('provider_error', 'The caller went away.', { shouldRetry: false });
  return failureToError(requestId, attempted.failures);
}

function toAnswered(
  decided: Decided,
  { model, answer, records }: Extract<Attempted, { ok: true }>,
  end: EventData<'RequestCompleted'>,
  { simulated }: AnswerTools,
): Answered {
  return {
    requestId: end.requestId,
    model: { id: model.id, provider: model.provider, modelName: model.modelName },
    usage: end.usage,
    costUsd: end.costUsd,
    baselineModelId: end.baselineModelId,
    baselineCostUsd: end.baselineCostUsd,
    savingsUsd: end.savingsUsd,
    latencyMs: end.latencyMs,
    taskType: end.taskType,
    attempts: records.length,
    fallback: decided.decision.outcome.chain[0]?.modelId !== model.id,
    warnings: answer.warnings,
    simulated,
    reason: decided.decision.outcome.reason,
  };
}

/** A request that cannot be recorded is not answered: rather 503 than a lost record. */
async function recordable(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new RouterError(
      'overloaded',
      'The router cannot record requests at the moment: try again later.',
      { retryAfterSec: 5 },
      { cause: error },
    );
  }
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
