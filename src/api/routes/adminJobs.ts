// /v1/admin/jobs: when the jobs run, what runs now, how the last ones ended; and one of them now.
import { z } from 'zod';
import { RouterError } from '../../domain/errors.ts';
import { JOB_NAMES, type JobName } from '../../queue/jobs.ts';
import { type JobRun, readJobRuns, readSchedules } from '../../readmodels/jobRuns.ts';
import { JobsAnswer } from '../jobAnswers.ts';
import { operatorOf } from '../middleware/authenticate.ts';
import { parseInput } from '../problem.ts';
import type { Route, RouteDoc } from './route.ts';

const admin = { tag: 'Admin', scope: 'admin' } as const satisfies Partial<RouteDoc>;
const Query = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  job: z.enum(JOB_NAMES).optional(),
});

export const adminJobs: Route = {
  method: 'get',
  path: '/v1/admin/jobs',
  access: 'key',
  doc: {
    ...admin,
    summary: 'The jobs: when they run next, what runs now, and how the last ones ended',
    query: Query,
    answers: { 200: { description: 'Newest runs first', schema: JobsAnswer } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ postgres }) =>
    async (request, response) => {
      operatorOf(response);
      const { limit, job } = parseInput(Query, request.query);
      const schedules = await readSchedules(postgres);
      const runs = await readJobRuns(postgres, { limit, job });
      const running = await readJobRuns(postgres, { limit: 100, running: true });
      response.json({
        schedules: schedules.map(({ job: name, cron, nextAt }) => ({ job: name, cron, next_at: nextAt })),
        running: running.map(toRun),
        runs: runs.map(toRun),
      });
    },
};

function toRun({ startedAt, endedAt, ...rest }: JobRun): object {
  return { ...rest, started_at: startedAt, ended_at: endedAt };
}

const RunOptions = z
  .strictObject({ accept_shrunk: z.boolean().default(false) })
  .default({ accept_shrunk: false })
  .meta({ title: 'JobOptions' });

export const adminRunJob: Route = {
  method: 'post',
  path: '/v1/admin/jobs/:name/run',
  access: 'key',
  doc: {
    ...admin,
    summary: 'Runs a job now',
    description:
      '`accept_shrunk`: a person has looked, the feed has really become that short. The run shows in GET /v1/admin/jobs.',
    body: RunOptions,
    answers: { 202: { description: 'It is in the queue', schema: z.object({ job_id: z.string() }) } },
    errors: ['validation_error', 'forbidden', 'not_found'],
  },
  create:
    ({ jobs, random }) =>
    async (request, response) => {
      const by = operatorOf(response);
      const name = nameIn(request.params['name']);
      const { accept_shrunk: acceptShrunk } = parseInput(RunOptions, request.body ?? {});
      const id = `${name}.${random.uuid()}`;
      await jobs.enqueue(name, id, { trigger: `admin ${by}`, acceptShrunk });
      response.status(202).json({ job_id: id });
    },
};

/** @throws RouterError `not_found` that names the jobs */
function nameIn(given: unknown): JobName {
  const name = z.enum(JOB_NAMES).safeParse(given);
  if (name.success) return name.data;
  throw new RouterError('not_found', `There is no such job; there are ${JOB_NAMES.join(', ')}.`, {
    shouldRetry: false,
  });
}
