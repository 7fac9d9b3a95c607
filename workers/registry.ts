// Every job, one file and one line each, with the schedule of node-cron that enqueues it.
import type { JobName } from '../src/queue/jobs.ts';
import { appendAdminActions } from './jobs/appendAdminActions.ts';
import type { Job } from './job.ts';

export const REGISTRY: { readonly [name in JobName]: Job } = { appendAdminActions };
