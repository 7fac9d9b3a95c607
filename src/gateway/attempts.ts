// The only place that retries a provider: walks the chain until one model has answered, and keeps a record of every attempt.
import type { CatalogModel, ProviderName } from '../domain/catalog.ts';
import type { Chat, Effort } from '../domain/chat.ts';
import { estimateTokens } from '../domain/estimateTokens.ts';
import type { ChainLink } from '../domain/decision.ts';
import type { EventData } from '../domain/events.ts';
import type { Policy, Timeouts } from '../domain/policy.ts';
import { type Usage, costOf, costUsd } from '../domain/usage.ts';
import { type Clock, type Random, isoTime } from '../platform/clock.ts';
import { type Answer, type Failure, type Provider, ProviderError } from '../providers/provider.ts';
import { nextStep } from './nextStep.ts';

export type AttemptRecord = EventData<'ProviderAttempted'>;
export type FailedAttempt = { readonly record: AttemptRecord; readonly failure: Failure };

export type Attempted =
  | {
      readonly ok: true;
      readonly answer: Answer;
      readonly model: CatalogModel;
      readonly usage: Usage;
      readonly records: readonly AttemptRecord[];
    }
  | { readonly ok: false; readonly failures: readonly FailedAttempt[]; readonly records: readonly AttemptRecord[] };

export type Call = {
  readonly requestId: string;
  readonly chat: Chat;
  readonly chain: readonly { readonly link: ChainLink; readonly model: CatalogModel }[];
  readonly policy: Policy;
  /** ms epoch of the request: picks time-window prices. */
  readonly at: number;
  /** Monotonic ms after which nothing is tried any more. */
  readonly deadline: number;
  readonly inputTokens: number;
  readonly signal: AbortSignal;
  readonly openrouter?: Readonly<Record<string, unknown>> | undefined;
};

export type AttemptTools = {
  readonly providers: ReadonlyMap<ProviderName, Provider>;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of every attempt, for health figures. */
  readonly onAttempt: (record: AttemptRecord) => void;
};

export async function attemptChain(call: Call, tools: AttemptTools): Promise<Attempted> {
  const { clock, random } = tools;
  const records: AttemptRecord[] = [];
  const failures: FailedAttempt[] = [];
  let place = 0;
  let retries = 0;
  for (let target = call.chain[place]; target; target = call.chain[place]) {
    const { record, result } = await attemptOnce(call, target, records.length + 1, tools);
    records.push(record);
    tools.onAttempt(record);
    if ('answer' in result)
      return { ok: true, answer: result.answer, model: target.model, usage: result.usage, records };
    failures.push({ record, failure: result.failure });
    const next = nextPlace(call, place, result.failure);
    const step = nextStep(
      {
        kind: result.failure.kind,
        retryAfterMs: result.failure.retryAfterMs,
        retries,
        leftMs: call.deadline - clock.monotonicMs(),
        modelsLeft: next < call.chain.length,
        chance: random.unit(),
      },
      call.policy.fallback,
    );
    if (step.do === 'give-up' || call.signal.aborted) break;
    if (step.do === 'retry') {
      retries += 1;
      await pause(clock, step.afterMs, call.signal);
    } else {
      retries = 0;
      place = next;
    }
  }
  return { ok: false, failures, records };
}

/** The next model of the chain; after "context too long" the next one with a larger window. */
function nextPlace({ chain }: Call, place: number, { kind }: Failure): number {
  if (kind !== 'context-too-long') return place + 1;
  const had = chain[place]?.model.details.contextTokens ?? 0;
  const larger = chain.findIndex(({ model }, index) => index > place && (model.details.contextTokens ?? 0) > had);
  return larger < 0 ? chain.length : larger;
}

type Result = { readonly answer: Answer; readonly usage: Usage } | { readonly failure: Failure };

async function attemptOnce(
  call: Call,
  { link, model }: Call['chain'][number],
  attempt: number,
  { providers, clock }: AttemptTools,
): Promise<{ record: AttemptRecord; result: Result }> {
  const startedAt = clock.now();
  const started = clock.monotonicMs();
  const timeouts = withinDeadline(timeoutsFor(model, link.effort, call.policy), call.deadline - started);
  const result = await callProvider(providers.get(model.provider), call, model, link.effort, timeouts);
  const durationMs = clock.monotonicMs() - started;
  const failure = 'failure' in result ? result.failure : undefined;
  const answer = 'answer' in result ? result.answer : undefined;
  const usage = 'usage' in result ? result.usage : failure?.usage;
  const record: AttemptRecord = {
    requestId: call.requestId,
    attempt,
    hedgeOf: null,
    provider: model.provider,
    modelId: model.id,
    effort: link.effort ?? null,
    startedAt: isoTime(startedAt),
    durationMs: Math.round(durationMs * 1_000) / 1_000,
    firstTokenMs: null,
    outcome: failure?.kind ?? 'succeeded',
    message: failure?.message.slice(0, 500) ?? null,
    providerStatus: answer?.status ?? failure?.status ?? null,
    providerRequestId: answer?.providerRequestId ?? failure?.providerRequestId ?? null,
    servedModel: answer?.servedModel ?? null,
    usage: usage ?? null,
    costUsd: usage ? costUsd(costOf(usage, model.prices, call.at)) : null,
  };
  return { record, result };
}

async function callProvider(
  provider: Provider | undefined,
  call: Call,
  model: CatalogModel,
  effort: Effort | undefined,
  timeouts: Timeouts,
): Promise<Result> {
  if (!provider)
    return { failure: { kind: 'unreachable', message: `${model.provider} is not configured in this process` } };
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(timeouts.wholeMs)]);
  try {
    const { chat, requestId, openrouter } = call;
    const answer = await provider.complete(chat, { model, effort, signal, timeouts, requestId, openrouter });
    return { answer, usage: answer.usage ?? estimateUsage(answer, call.inputTokens) };
  } catch (error) {
    if (error instanceof ProviderError) return { failure: error.failure };
    throw error;
  }
}

/** For a vendor that gave no counts: estimated from the texts, and marked. */
function estimateUsage({ completion }: Answer, inputTokens: number): Usage {
  const output = completion.choices.reduce((sum, { message }) => sum + estimateTokens(message.content ?? ''), 0);
  return {
    input: inputTokens,
    cachedInput: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output,
    reasoning: 0,
    estimated: true,
  };
}

export function timeoutsFor(model: CatalogModel, effort: Effort | undefined, { timeouts }: Policy): Timeouts {
  const thinks = model.details.abilities.reasoning === true && effort !== 'none' && effort !== undefined;
  return thinks ? timeouts.reasoning : timeouts.normal;
}

function withinDeadline(timeouts: Timeouts, leftMs: number): Timeouts {
  const most = Math.max(1, Math.floor(leftMs));
  return {
    ...timeouts,
    wholeMs: Math.min(timeouts.wholeMs, most),
    firstTokenMs: Math.min(timeouts.firstTokenMs, most),
  };
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
