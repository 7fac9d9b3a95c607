// How a run fails: in part, for a reason that may pass, or for one that another try does not change.
import type { Summary } from './job.ts';
import { FeedRefused } from './sources/feedReading.ts';

/** A run that did a part of its work and failed at another: what it did stands in the report. */
export class PartlyDone extends Error {
  override readonly name = 'PartlyDone';
  readonly summary: Summary;
  readonly permanent: boolean;

  constructor(summary: Summary, failures: readonly unknown[]) {
    super(failures.map((failure) => (failure instanceof Error ? failure.message : String(failure))).join('; '), {
      cause: failures[0],
    });
    this.summary = summary;
    this.permanent = failures.every(isPermanent);
  }
}

export function isPermanent(error: unknown): boolean {
  return (error instanceof FeedRefused || error instanceof PartlyDone) && error.permanent;
}
