// One run of a job, whether the queue or a person asked for it: its time, its report, and how its failure is told.
import { type JobName, PermanentFailure, SCHEDULED } from '../src/queue/jobs.ts';
import { isoTime } from '../src/platform/clock.ts';
import type { Job, JobContext, JobData, JobTools, Summary } from './job.ts';
import { endRun, lastEndOf, noteProgress, startRun } from './records/jobRuns.ts';
import { PartlyDone, isPermanent } from './partlyDone.ts';
import { REGISTRY } from './registry.ts';

export type RunRequest<N extends JobName> = {
  readonly name: N;
  readonly data: JobData<N>;
  /** Null for a run in the foreground. */
  readonly queueId: string | null;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly dryRun?: boolean;
  readonly onProgress?: (text: string) => void;
};

/** @throws PermanentFailure when another try would fail too, else what the job threw */
export async function runJob<N extends JobName>(tools: JobTools, request: RunRequest<N>): Promise<Summary> {
  const job: Job<N> = REGISTRY[request.name];
  const timeout = AbortSignal.timeout(job.timeoutMs);
  const signal = AbortSignal.any([request.signal, timeout]);
  const report = await openReport(tools, request, job);
  const context: JobContext<N> = {
    data: request.data,
    signal,
    dryRun: request.dryRun ?? false,
    async progress(text) {
      request.onProgress?.(text);
      await report.progress(text);
    },
  };
  try {
    const summary = await withSignal(signal, () => job.run(tools, context));
    await report.end('succeeded', summary, null);
    return summary;
  } catch (error) {
    const told = timeout.aborted ? new Error(`no end after ${job.timeoutMs / 1_000} s`, { cause: error }) : error;
    const message = told instanceof Error ? told.message : String(told);
    await report.end('failed', told instanceof PartlyDone ? told.summary : null, message);
    if (isPermanent(told)) throw new PermanentFailure(message, { cause: error });
    throw told;
  }
}

type Report = {
  progress(text: string): Promise<void>;
  end(status: 'succeeded' | 'failed', summary: unknown, error: string | null): Promise<void>;
};

/** Nothing is written of a dry run; of a frequent job only what a person asked for, and a run that ended otherwise than the last. */
async function openReport<N extends JobName>(
  { postgres, clock, random }: JobTools,
  { name: job, queueId, attempt, data: { trigger }, dryRun }: RunRequest<N>,
  { isFrequent }: Job<N>,
): Promise<Report> {
  const id = random.uuidv7();
  const start = { id, job, queueId, attempt, trigger, at: isoTime(clock.now()) };
  const isQuiet = isFrequent && trigger === SCHEDULED;
  if (dryRun !== true && !isQuiet) await startRun(postgres, start);
  return {
    progress: async (text) => {
      if (dryRun !== true && !isQuiet) await noteProgress(postgres, id, text);
    },
    async end(status, summary, error) {
      if (dryRun === true) return;
      if (isQuiet) {
        if (((await lastEndOf(postgres, job)) ?? 'succeeded') === status) return;
        await startRun(postgres, start);
      }
      await endRun(postgres, id, { at: isoTime(clock.now()), status, summary, error });
    },
  };
}

/** A job that does not look at its signal must not hold up the others for ever. */
async function withSignal<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const running = work();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([running, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
    // The one that lost has nobody left to hear it.
    for (const loser of [running, aborted]) loser.catch(() => undefined);
  }
}
