// The only place that retries a provider: walks the chain until one model has answered, and keeps a record of every attempt.
// How one call is made, whole or streamed, is given to it.
import type { CatalogModel, ProviderName } from '../domain/catalog.ts';
import { type Chat, type Effort, outputLimitOf } from '../domain/chat.ts';
import type { ChainLink } from '../domain/decision.ts';
import type { EventData } from '../domain/events.ts';
import { answersFrom } from '../domain/parameters.ts';
import type { Policy, Timeouts } from '../domain/policy.ts';
import { NO_USAGE, type Usage, costOf, costUsd, toWholeUsage } from '../domain/usage.ts';
import { type Clock, type Random, isoTime } from '../platform/clock.ts';
import { type Deadline, openDeadline } from '../platform/deadline.ts';
import { type CallOptions, type Failure, type Provider, ProviderError } from '../providers/provider.ts';
import { effortSent, willThink } from './effortSent.ts';
import { nextStep } from './nextStep.ts';

export type AttemptRecord = EventData<'ProviderAttempted'>;
export type FailedAttempt = { readonly record: AttemptRecord; readonly failure: Failure };

export type Call = {
  readonly requestId: string;
  readonly orgId: string;
  readonly chat: Chat;
  readonly chain: readonly {
    readonly link: ChainLink;
    readonly model: CatalogModel;
    /** What an answer of that task usually has at that effort, thinking included. */
    readonly usualOutputTokens: number;
  }[];
  readonly policy: Policy;
  /** ms epoch of the request: picks time-window prices. */
  readonly at: number;
  /** Monotonic ms after which nothing is tried any more. */
  readonly deadline: number;
  readonly inputTokens: number;
  readonly images: number;
  readonly streaming: boolean;
  /** The caller is gone, or this process is to end. */
  readonly signals: readonly AbortSignal[];
  readonly native?: CallOptions['native'];
  readonly openrouter?: Readonly<Record<string, unknown>> | undefined;
};

/** One call that is being made. */
export type Target = {
  readonly model: CatalogModel;
  readonly effort: Effort | undefined;
  readonly attempt: number;
  /** ms epoch, and the same instant as monotonic ms. */
  readonly startedAt: number;
  readonly started: number;
  readonly timeouts: Timeouts;
  readonly deadline: Deadline;
};

/** Makes one call. @throws ProviderError */
export type Run<T> = (provider: Provider, options: CallOptions, target: Target) => Promise<T>;

/** What is known of a call when it has ended. */
export type Ended = {
  readonly failure?: Failure | undefined;
  readonly usage?: Usage | undefined;
  readonly firstTokenMs?: number | undefined;
  readonly status?: number | undefined;
  readonly providerRequestId?: string | undefined;
  readonly servedModel?: string | undefined;
};

export type Walked<T> =
  | {
      readonly ok: true;
      readonly value: T;
      readonly target: Target;
      readonly failures: readonly FailedAttempt[];
    }
  | { readonly ok: false; readonly failures: readonly FailedAttempt[] };

export type AttemptTools = {
  readonly providers: ReadonlyMap<ProviderName, Provider>;
  readonly clock: Clock;
  readonly random: Random;
  /** Told when a call begins and how it ended, for health figures and breakers. */
  readonly onStart: (modelId: string) => void;
  readonly onAttempt: (record: AttemptRecord) => void;
  /** A call ended by a fault of ours: it says nothing of the model. */
  readonly onFault: (modelId: string) => void;
};

/**
 * Failed attempts are recorded and told; the one that succeeds is its caller's to end with `toRecord`, and its deadline to stop:
 * of a stream, that is later.
 */
export async function walkChain<T>(call: Call, run: Run<T>, tools: AttemptTools): Promise<Walked<T>> {
  const { clock, random } = tools;
  const failures: FailedAttempt[] = [];
  let place = 0;
  let retries = 0;
  for (let link = call.chain[place]; link; link = call.chain[place]) {
    const target = aim(call, link, failures.length + 1, clock);
    tools.onStart(target.model.id);
    const result = await attempt(call, target, run, tools);
    if ('value' in result) return { ok: true, value: result.value, target, failures };
    const { failure } = result;
    target.deadline.stop();
    const usage = failure.usage ? toWholeUsage(failure.usage) : usageOfLost(call, link, failure);
    const record = toRecord(call, target, { failure, usage }, clock);
    failures.push({ record, failure });
    tools.onAttempt(record);
    const next = nextPlace(call, place, failure);
    const step = nextStep(
      {
        kind: failure.kind,
        retryAfterMs: failure.retryAfterMs,
        otherKeys: failure.otherKeys ?? 0,
        retries,
        leftMs: call.deadline - clock.monotonicMs(),
        modelsLeft: next < call.chain.length,
        chance: random.unit(),
      },
      call.policy.fallback,
    );
    if (step.do === 'give-up' || isOver(call)) break;
    if (step.do === 'retry') {
      // Another key of ours is not another try of a model that is in trouble.
      if (!step.otherKey) retries += 1;
      await pause(clock, step.afterMs, call.signals);
    } else {
      retries = 0;
      place = next;
    }
  }
  return { ok: false, failures };
}

export function isOver({ signals }: Pick<Call, 'signals'>): boolean {
  return signals.some(({ aborted }) => aborted);
}

function aim(call: Call, { link, model }: Call['chain'][number], attempt: number, clock: Clock): Target {
  const started = clock.monotonicMs();
  const effort = effortSent(link.effort, model, call);
  const thinks = willThink(model, effort, call.native);
  const timeouts = timeoutsFor(model, thinks, call.policy, call.deadline - started);
  const mostMs = call.streaming ? timeouts.streamMs : timeouts.wholeMs;
  return {
    model,
    effort,
    attempt,
    startedAt: clock.now(),
    started,
    timeouts,
    deadline: openDeadline(call.signals, mostMs, 'the provider did not end its answer in time'),
  };
}

/**
 * A vendor bills for a prompt that it was at work on when nobody waited any longer: counted as an estimate. Of a whole answer that is
 * lost it goes on to the end; a stream that is closed it stops.
 */
function usageOfLost(
  { inputTokens, streaming, chat }: Call,
  { model, usualOutputTokens }: Call['chain'][number],
  { kind, status, unsent }: Failure,
): Usage | undefined {
  const isLost = (kind === 'cancelled' || kind === 'timed-out') && status === undefined && unsent !== true;
  if (!isLost) return undefined;
  const one = Math.min(outputLimitOf(chat) ?? usualOutputTokens, usualOutputTokens);
  const output = streaming ? 0 : one * answersFrom(model.provider, chat.n);
  return { ...NO_USAGE, input: inputTokens, output, estimated: true };
}

/** The next model of the chain; after "context too long" the next one with a larger window. */
function nextPlace({ chain }: Call, place: number, { kind }: Failure): number {
  if (kind !== 'context-too-long') return place + 1;
  const had = chain[place]?.model.details.contextTokens ?? 0;
  const larger = chain.findIndex(({ model }, index) => index > place && (model.details.contextTokens ?? 0) > had);
  return larger < 0 ? chain.length : larger;
}

async function attempt<T>(
  call: Call,
  target: Target,
  run: Run<T>,
  { providers, onFault }: AttemptTools,
): Promise<{ value: T } | { failure: Failure }> {
  const { model, effort, timeouts, deadline } = target;
  const provider = providers.get(model.provider);
  if (!provider)
    return { failure: { kind: 'unreachable', message: `${model.provider} is not configured in this process` } };
  const { requestId, openrouter, native } = call;
  try {
    const options = { model, effort, signal: deadline.signal, timeouts, requestId, openrouter, native };
    return { value: await run(provider, options, target) };
  } catch (error) {
    if (error instanceof ProviderError) return { failure: error.failure };
    deadline.stop();
    onFault(model.id);
    throw error;
  }
}

export function toRecord(call: Call, target: Target, ended: Ended, clock: Clock): AttemptRecord {
  const { model, effort, attempt: number, startedAt, started } = target;
  const { failure, usage } = ended;
  return {
    requestId: call.requestId,
    orgId: call.orgId,
    attempt: number,
    hedgeOf: null,
    provider: model.provider,
    modelId: model.id,
    effort: effort ?? null,
    startedAt: isoTime(startedAt),
    durationMs: roundMs(clock.monotonicMs() - started),
    firstTokenMs: ended.firstTokenMs === undefined ? null : roundMs(ended.firstTokenMs),
    outcome: failure?.kind ?? 'succeeded',
    message: failure?.message.slice(0, 500) ?? null,
    providerStatus: failure?.status ?? ended.status ?? null,
    providerRequestId: failure?.providerRequestId ?? ended.providerRequestId ?? null,
    servedModel: ended.servedModel ?? null,
    usage: usage ?? null,
    costUsd: usage ? costUsd(costOf(usage, model.prices, call.at)) : null,
  };
}

/** The policy's for that kind of call, the provider's own over it, the model's own over that; never beyond the request's deadline. */
export function timeoutsFor(
  model: Pick<CatalogModel, 'id' | 'provider'>,
  thinks: boolean,
  { timeouts: { normal, reasoning, own } }: Policy,
  leftMs: number,
): Timeouts {
  const base = thinks ? reasoning : normal;
  const pick = (name: keyof Timeouts): number => own[model.id]?.[name] ?? own[model.provider]?.[name] ?? base[name];
  const most = Math.max(1, Math.floor(leftMs));
  return {
    connectMs: pick('connectMs'),
    idleMs: pick('idleMs'),
    firstTokenMs: Math.min(pick('firstTokenMs'), most),
    wholeMs: Math.min(pick('wholeMs'), most),
    streamMs: Math.min(pick('streamMs'), most),
  };
}

export function roundMs(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

async function pause(clock: Clock, ms: number, signals: readonly AbortSignal[]): Promise<void> {
  if (ms <= 0) return;
  const until = openDeadline(signals, ms + 1_000, 'the pause is over');
  try {
    await clock.sleep(ms, until.signal);
  } catch (error) {
    if (!until.signal.aborted) throw error;
  } finally {
    until.stop();
  }
}
