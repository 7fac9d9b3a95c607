// What the routes of jobs and held changes answer, as schemas.
import { z } from 'zod';

const time = z.iso.datetime();
const Run = z.object({
  id: z.uuid(),
  job: z.string(),
  status: z.enum(['running', 'succeeded', 'failed']),
  trigger: z.string(),
  attempt: z.int(),
  progress: z.string().nullable(),
  started_at: time,
  ended_at: time.nullable(),
  summary: z.record(z.string(), z.unknown()).nullable().meta({ description: 'What it did, by the job' }),
  error: z.string().nullable(),
});
export const JobsAnswer = z
  .object({
    schedules: z.array(z.object({ job: z.string(), cron: z.string(), next_at: time.nullable() })),
    running: z.array(Run),
    runs: z.array(Run),
  })
  .meta({ title: 'Jobs' });

export const HeldAnswer = z
  .object({
    id: z.uuid(),
    model: z.string(),
    field: z.string().meta({ description: '`prices`, or the limit that would change' }),
    old_value: z.string().meta({ description: 'What the catalog has; prices in USD per million tokens' }),
    new_value: z.string(),
    source: z.string(),
    rule: z.string(),
    reason: z.string(),
    held_at: z.iso.datetime(),
    readings: z.int().meta({ description: 'Equal readings so far' }),
    proposed: z.record(z.string(), z.unknown()).meta({ description: 'The change as it would be applied, exactly' }),
  })
  .meta({ title: 'HeldChange' });
