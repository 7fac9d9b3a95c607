// The jobs by name, and what each is given. A payload is checked when it is enqueued and again when it is run.
import { z } from 'zod';

export const QUEUE_NAME = 'omni-jobs';

/** Who asked for the run: `schedule`, `command`, or `admin <key id>`. */
/** Who asked for a run when nobody did. */
export const SCHEDULED = 'schedule';
const asked = { trigger: z.string().max(100).default(SCHEDULED) };
const plain = z.object(asked);

export const JOBS = {
  /** Moves changes of accounts from the outbox to the log. */
  appendAdminActions: plain,
  /** Reservations of dead processes, and kept answers whose day is over. */
  sweepAccounts: plain,
  /** Our costs against those that providers tell. */
  watchCosts: plain,
  /** Prices, limits and abilities from OpenRouter and models.dev. `acceptShrunk`: a person has looked, the list is that short. */
  syncPricing: z.object({ ...asked, acceptShrunk: z.boolean().default(false) }),
  /** Ratings from ArtificialAnalysis, with a key. */
  syncRatings: z.object({ ...asked, acceptShrunk: z.boolean().default(false) }),
  /** Every active model's price against other sources. */
  validatePricing: plain,
  /** Calendars of shutdowns, models that end soon, and feeds that have gone stale. */
  checkDeprecations: plain,
  /** The three syncs as one flow. */
  syncAllModels: plain,
  /** Alerts to the log and to the webhook. */
  deliverAlerts: plain,
} as const;
export type JobName = keyof typeof JOBS;
export const JOB_NAMES = Object.keys(JOBS) as JobName[];

export type Retries = { readonly attempts: number; readonly backoffMs: number };
const FEED_RETRIES: Retries = { attempts: 4, backoffMs: 15_000 };

/** How often BullMQ tries a job that failed for a reason that may pass; the waits double. */
export const RETRIES: { readonly [name in JobName]: Retries } = {
  appendAdminActions: { attempts: 5, backoffMs: 1_000 },
  sweepAccounts: { attempts: 3, backoffMs: 1_000 },
  watchCosts: { attempts: 3, backoffMs: 5_000 },
  syncPricing: FEED_RETRIES,
  syncRatings: FEED_RETRIES,
  validatePricing: FEED_RETRIES,
  checkDeprecations: { attempts: 3, backoffMs: 5_000 },
  syncAllModels: { attempts: 1, backoffMs: 1_000 },
  deliverAlerts: { attempts: 6, backoffMs: 2_000 },
};

export type Flow = { readonly name: JobName; readonly before: readonly Flow[] };
/** A job of a flow runs when those before it have ended, whether they succeeded or not: the check sees what the syncs brought. */
export const FLOWS: { readonly [name in JobName]?: Flow } = {
  syncAllModels: {
    name: 'syncAllModels',
    before: [
      {
        name: 'validatePricing',
        before: [
          { name: 'syncPricing', before: [] },
          { name: 'syncRatings', before: [] },
        ],
      },
    ],
  },
};

/** The same schedule tick enqueued by several schedulers is one job. No colon, and not all digits: BullMQ's rule. */
export function tickKey(name: JobName, tickMs: number): string {
  return `${name}.${tickMs}`;
}

/** A job that failed for a reason that another try does not change. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}
