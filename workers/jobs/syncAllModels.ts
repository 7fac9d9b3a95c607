// The end of the flow: prices, ratings and the check have run before it, each with a report of its own. It says how they ended.
import { readJobRuns } from '../../src/readmodels/jobRuns.ts';
import type { Job } from '../job.ts';

const PARTS = ['syncPricing', 'syncRatings', 'validatePricing'] as const;

export const syncAllModels: Job<'syncAllModels'> = {
  timeoutMs: 30_000,
  isFrequent: false,
  async run({ postgres }) {
    const parts: Record<string, unknown> = {};
    for (const job of PARTS) {
      const [last] = await readJobRuns(postgres, { job, limit: 1 });
      parts[job] = last ? { status: last.status, error: last.error, run: last.id } : { status: 'not run' };
    }
    return parts;
  },
};
