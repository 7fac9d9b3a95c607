// A feed whose answer must not be used is for people to look at: its key, its shape, its length. One that is merely away is not, until it
// has been for too long. Pure.
import type { AlertDraft } from './rules/feedPlan.ts';
import { FeedRefused } from './sources/feedReading.ts';

export function refusalAlerts(failures: readonly unknown[]): AlertDraft[] {
  return failures.flatMap((failure) =>
    // Being asked to wait is nobody's fault.
    failure instanceof FeedRefused && failure.retryAt === undefined
      ? [{ kind: 'feed_refused', subject: failure.source, message: failure.message, quietHours: 24, key: '' }]
      : [],
  );
}
