// Every job, one file and one line each.
import type { JobName } from '../src/queue/jobs.ts';
import type { Job } from './job.ts';
import { appendAdminActions } from './jobs/appendAdminActions.ts';
import { checkDeprecations } from './jobs/checkDeprecations.ts';
import { deliverAlerts } from './jobs/deliverAlerts.ts';
import { sweepAccounts } from './jobs/sweepAccounts.ts';
import { syncAllModels } from './jobs/syncAllModels.ts';
import { syncPricing } from './jobs/syncPricing.ts';
import { syncRatings } from './jobs/syncRatings.ts';
import { validatePricing } from './jobs/validatePricing.ts';
import { watchCosts } from './jobs/watchCosts.ts';

export const REGISTRY: { readonly [name in JobName]: Job<name> } = {
  appendAdminActions,
  sweepAccounts,
  watchCosts,
  syncPricing,
  syncRatings,
  validatePricing,
  checkDeprecations,
  syncAllModels,
  deliverAlerts,
};
