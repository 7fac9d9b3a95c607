// The record of one request: its beginning beside the first provider call, its end before its caller hears the end.
import type { Allowance, Allowances } from '../accounts/allowances.ts';
import type { CatalogModel } from '../domain/catalog.ts';
import type { Effort } from '../domain/chat.ts';
import { RouterError } from '../domain/errors.ts';
import { type EventData, requestStream } from '../domain/events.ts';
import { markupPercent, markupUsd } from '../domain/markup.ts';
import { baselineCostUsd, savingsUsd, totalCostUsd } from '../domain/requestCost.ts';
import type { Usage } from '../domain/usage.ts';
import type { Recorder } from '../eventstore/recorder.ts';
import { isoTime } from '../platform/clock.ts';
import { toAsk, toOutcome } from './askAllowance.ts';
import { type AttemptRecord, type AttemptTools, type Call, type FailedAttempt, roundMs } from './attempts.ts';
import { type DecideTools, type Decided, decideRequest, toCall, toRouted } from './decideRequest.ts';
import { failureToError } from './failureToError.ts';
import type { Answered, RoutedRequest } from './gateway.ts';

export type StoryTools = DecideTools &
  AttemptTools & {
    readonly recorder: Recorder;
    readonly allowances: Allowances;
    readonly simulated: boolean;
    /** Fires when this process may wait no longer for what runs. */
    readonly leaving: AbortSignal;
  };

export type Story = {
  readonly request: RoutedRequest;
  readonly decided: Decided;
  readonly call: Call;
  /** What is held of the limits and budgets of key and org until the end. */
  readonly allowance: Allowance;
  /** Settles when the decision is durable, or cannot be. */
  readonly routed: Promise<void>;
};

/** How it ended: with an answer of that model, or without one. What was counted until then is told either way. */
export type Ending = {
  readonly records: readonly AttemptRecord[];
  readonly model?: CatalogModel | undefined;
  readonly usage?: Usage | undefined;
  readonly firstTokenMs?: number | undefined;
  /** Set when there is no answer, or only the beginning of one. */
  readonly error?: RouterError | undefined;
  /** The caller left before the end; otherwise an error is a failure. */
  readonly cancelled: boolean;
};

/** @throws RouterError when key or org may not do that; then there is no story, and no event */
export async function beginStory(request: RoutedRequest, tools: StoryTools): Promise<Story> {
  const decided = decideRequest(request, tools);
  const call = toCall(request, decided, tools.leaving);
  const allowance = await tools.allowances.admit(toAsk(request, call, tools.clock.monotonicMs()));
  const routed = tools.recorder.record(requestStream(request.requestId), [
    { type: 'RequestRouted', data: toRouted(request, decided, tools.simulated) },
  ]);
  // Its failure is met in `endStory`; until then the provider is already working.
  routed.catch(() => undefined);
  return { request, decided, call, allowance, routed };
}

/** Resolves when the whole story is durable. @throws RouterError `overloaded` when it cannot be recorded */
export async function endStory(
  story: Story,
  ending: Ending,
  { recorder, clock, simulated }: StoryTools,
): Promise<EventData<'RequestCompleted'>> {
  const { request, decided, routed } = story;
  const { inputs, decision, catalog } = decided;
  const { records, usage, error } = ending;
  const stream = requestStream(request.requestId);
  const baseline = decision.outcome.baseline;
  const cost = totalCostUsd(records);
  const baselineCost =
    usage && !error && baseline
      ? baselineCostUsd(usage, catalog.models.get(baseline.modelId)?.prices, inputs.at)
      : null;
  const latencyMs = roundMs(clock.monotonicMs() - request.receivedAt);
  const waitedMs = records.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const percent = markupPercent(ending.model?.prices, request.caller.markup);
  const end: EventData<'RequestCompleted'> = {
    requestId: request.requestId,
    orgId: request.caller.orgId,
    keyId: request.caller.keyId,
    surface: request.surface,
    taskType: inputs.features.taskType,
    routedAt: isoTime(inputs.at),
    completedAt: isoTime(clock.now()),
    outcome: !error ? 'succeeded' : ending.cancelled ? 'cancelled' : 'failed',
    errorCode: error?.code ?? null,
    modelId: ending.model?.id ?? records.at(-1)?.modelId ?? null,
    attempts: records.length,
    usage: usage ?? null,
    costUsd: cost,
    baselineModelId: baseline?.modelId ?? null,
    baselineCostUsd: baselineCost,
    savingsUsd: savingsUsd(cost, baselineCost),
    markupUsd: markupUsd(cost, percent),
    markupPercent: percent,
    reservedUsd: story.allowance.reservedUsd,
    latencyMs,
    firstTokenMs: ending.firstTokenMs === undefined ? null : roundMs(ending.firstTokenMs),
    overheadMs: roundMs(Math.max(0, latencyMs - waitedMs)),
    catalogVersion: catalog.version,
    simulated,
  };
  const attempts = records.map((data) => ({ type: 'ProviderAttempted' as const, data }));
  try {
    await recordable(routed);
    await recordable(recorder.record(stream, [...attempts, { type: 'RequestCompleted', data: end }]));
  } finally {
    recorder.forget(stream);
    await story.allowance.settle(toOutcome(records, end));
  }
  return end;
}

/** What the caller is told when nothing of the chain has answered. */
export function toCallerError({ request, decided, call }: Story, failures: readonly FailedAttempt[]): RouterError {
  const { chain, exclusions, reason } = decided.decision.outcome;
  if (chain.length === 0) return noModel(reason, exclusions);
  if (request.signal.aborted) return new RouterError('provider_error', 'The caller went away.', { shouldRetry: false });
  if (call.signals.some(({ aborted }) => aborted)) {
    return new RouterError('overloaded', 'The router is stopping: try again.', { shouldRetry: true, retryAfterSec: 1 });
  }
  return failureToError(request.requestId, failures);
}

/** A model that would do, were its provider not in trouble, is worth another try soon. */
function noModel(reason: string, excluded: Decided['decision']['outcome']['exclusions']): RouterError {
  return excluded.breaker_open === undefined
    ? new RouterError('no_eligible_model', reason, { shouldRetry: false, details: { excluded } })
    : new RouterError(
        'provider_unavailable',
        'The models that could answer have failed too often just now and are left alone for a while: try again later.',
        { shouldRetry: true, retryAfterSec: 15, details: { excluded } },
      );
}

/** What the adapter could not send, and an effort that the model does not have. */
export function warningsOf({ decided }: Story, effort: Effort | undefined, sent: readonly string[]): readonly string[] {
  const wanted = decided.inputs.wishes.effort;
  if (wanted === undefined || wanted === effort) return sent;
  const told =
    effort === undefined
      ? `reasoning_effort ${wanted} was not sent: the model has no efforts`
      : `reasoning_effort ${wanted} was sent as ${effort}: the model has no other nearer to it`;
  return [...sent, told];
}

export function toAnswered(
  { decided }: Story,
  model: CatalogModel,
  end: EventData<'RequestCompleted'>,
  warnings: readonly string[],
): Answered {
  return {
    requestId: end.requestId,
    model: { id: model.id, provider: model.provider, modelName: model.modelName },
    usage: end.usage,
    costUsd: end.costUsd,
    baselineModelId: end.baselineModelId,
    baselineCostUsd: end.baselineCostUsd,
    savingsUsd: end.savingsUsd,
    markupUsd: end.markupUsd,
    latencyMs: end.latencyMs,
    taskType: end.taskType,
    attempts: end.attempts,
    fallback: decided.decision.outcome.chain[0]?.modelId !== model.id,
    warnings,
    simulated: end.simulated,
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
