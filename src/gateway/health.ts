// What this process measures of models, as figures that routing uses: only once the event that says so is durable, so that a
// replay has them.
import type { HealthFigure } from '../domain/decision.ts';
import type { FailureKind } from '../domain/events.ts';
import type { Policy } from '../domain/policy.ts';
import type { Recorder } from '../eventstore/recorder.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { AttemptRecord } from './attempts.ts';

type Figures = Readonly<Record<string, HealthFigure>>;
export type Observed = {
  readonly figures: Figures;
  readonly reference: { readonly stream: string; readonly revision: number } | null;
};
export type HealthWatch = {
  add(record: AttemptRecord): void;
  /** The figures of the newest durable event. */
  current(): Observed;
  close(): Promise<void>;
};

type Speed = { readonly firstTokenMs: number; readonly tokensPerSecond: number };
type Sample = {
  readonly at: number;
  readonly failed: boolean;
  readonly streamed: boolean;
  readonly speed: Speed | undefined;
};

const EVERY_MS = 5_000;
const MOST_SAMPLES = 200;
const SHARED_EVERY_MS = 60_000;
/** The read model counts by the hour: this one and the one before. */
const SHARED_WINDOW_MS = 2 * 3_600_000;
// What a vendor or we did to one request says nothing about the model's health.
export const NOT_ITS_FAULT: ReadonlySet<FailureKind> = new Set([
  'cancelled',
  'bad-request',
  'refused',
  'context-too-long',
]);

export function openHealthWatch(tools: {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly process: string;
  readonly policy: () => Policy | undefined;
  /** What all processes together measured since a time (ms epoch): for models of which this one knows too little. */
  readonly sharedFigures?: ((since: number) => Promise<Figures>) | undefined;
}): HealthWatch {
  const { recorder, clock, logger, process } = tools;
  const samples = new Map<string, Sample[]>();
  const stream = `health-${process}`;
  const stop = new AbortController();
  let observed: Observed = { figures: {}, reference: null };
  let written = '';
  let revision = -1;

  const shared = remember(tools);

  const publish = async (): Promise<void> => {
    const windowMs = (tools.policy()?.health.windowSec ?? 600) * 1_000;
    const own = summarise(samples, clock.now() - windowMs);
    const figures = withShared(own, await shared(), tools.policy()?.health.minSamples ?? Number.POSITIVE_INFINITY);
    const text = JSON.stringify(figures);
    if (text === written || (revision < 0 && Object.keys(figures).length === 0)) return;
    await recorder.record(stream, [{ type: 'HealthObserved', data: { process, at: isoTime(clock.now()), figures } }]);
    revision += 1;
    written = text;
    observed = { figures, reference: { stream, revision } };
  };
  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        await clock.sleep(EVERY_MS, stop.signal);
        await publish();
      } catch (error) {
        if (!stop.signal.aborted)
          logger.warn('health figures could not be recorded; the ones before stay in use', { error });
      }
    }
  })();

  return {
    add({ modelId, outcome, durationMs, firstTokenMs, usage }) {
      if (outcome !== 'succeeded' && NOT_ITS_FAULT.has(outcome)) return;
      const failed = outcome !== 'succeeded';
      const output = failed ? 0 : (usage?.output ?? 0);
      const waitedMs = firstTokenMs ?? 0;
      const tokensPerSecond = output / (Math.max(durationMs - waitedMs, 1) / 1_000);
      const speed = output > 0 ? { firstTokenMs: waitedMs, tokensPerSecond } : undefined;
      const list = samples.get(modelId) ?? [];
      list.push({ at: clock.now(), failed, streamed: firstTokenMs !== null, speed });
      if (list.length > MOST_SAMPLES) list.shift();
      samples.set(modelId, list);
    },
    current: () => observed,
    async close() {
      stop.abort();
      await running;
    },
  };
}

/** A model's own figures once there are enough, else those of all processes where these are more. */
function withShared(own: Figures, shared: Figures, minSamples: number): Figures {
  const figures: Record<string, HealthFigure> = { ...own };
  for (const [modelId, figure] of Object.entries(shared)) {
    const mine = own[modelId]?.samples ?? 0;
    if (mine < minSamples && figure.samples > mine) figures[modelId] = figure;
  }
  return figures;
}

/** Read now and then only: each change of a figure is an event. Without the read model the ones before stay. */
function remember({ clock, logger, sharedFigures }: Parameters<typeof openHealthWatch>[0]): () => Promise<Figures> {
  let figures: Figures = {};
  let readAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (!sharedFigures || clock.monotonicMs() - readAt < SHARED_EVERY_MS) return figures;
    readAt = clock.monotonicMs();
    try {
      figures = await sharedFigures(clock.now() - SHARED_WINDOW_MS);
    } catch (error) {
      logger.warn('what other processes measured could not be read', { error });
    }
    return figures;
  };
}

function summarise(samples: Map<string, Sample[]>, since: number): Record<string, HealthFigure> {
  const figures: Record<string, HealthFigure> = {};
  for (const [modelId, list] of samples) {
    const recent = list.filter(({ at }) => at >= since);
    if (recent.length === 0) {
      samples.delete(modelId);
      continue;
    }
    figures[modelId] = {
      samples: recent.length,
      ...speedOf(recent),
      errorRate: Math.round((recent.filter(({ failed }) => failed).length / recent.length) * 1_000) / 1_000,
    };
  }
  return figures;
}

/** Of a whole answer only the whole time is known, told as a rate with no wait: never mixed with streams; the more frequent kind speaks. */
function speedOf(recent: readonly Sample[]): Speed | undefined {
  const of = (kind: boolean) => recent.flatMap(({ streamed, speed }) => (streamed === kind && speed ? [speed] : []));
  const streams = of(true);
  const wholes = of(false);
  const speeds = streams.length >= wholes.length ? streams : wholes;
  if (speeds.length === 0) return undefined;
  return {
    firstTokenMs: Math.round(median(speeds.map(({ firstTokenMs }) => firstTokenMs))),
    tokensPerSecond: Math.round(median(speeds.map(({ tokensPerSecond }) => tokensPerSecond)) * 10) / 10,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
