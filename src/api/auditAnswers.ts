// What the audit's routes answer, as schemas.
import { z } from 'zod';
import { TaskType } from '../domain/catalog.ts';
import {
  Baseline,
  Candidate,
  ChainLink,
  Constraints,
  Exclusion,
  Features,
  ScoreParts,
  Wishes,
} from '../domain/decision.ts';
import { Policy } from '../domain/policy.ts';
import { SHOWN_OUTCOMES } from '../readmodels/requests.ts';

const usd = z.string().meta({ description: 'USD, an exact decimal' });
const dollars = z.number().meta({ description: 'USD, for people; the exact figure stands beside it' });
const count = z.number().nonnegative();
const ms = z.number().nullable();
const cursor = z.string().nullable().meta({ description: 'For the next page; null at the end' });

export const RequestEntry = z
  .object({
    request_id: z.uuid(),
    created_at: z.iso.datetime(),
    surface: z.string(),
    task_type: TaskType,
    model: z.string().nullable(),
    provider: z.string().nullable(),
    outcome: z.enum(SHOWN_OUTCOMES),
    error_code: z.string().nullable(),
    attempts: z.int().nullable(),
    fallback: z.boolean().nullable(),
    tokens_input: z.int().nullable(),
    tokens_output: z.int().nullable(),
    cost: dollars.nullable(),
    cost_usd: usd.nullable(),
    baseline_model: z.string().nullable(),
    baseline_usd: usd.nullable(),
    savings: dollars.nullable(),
    savings_usd: usd.nullable(),
    latency_ms: ms,
    first_token_ms: ms,
    overhead_ms: ms,
    simulated: z.boolean(),
  })
  .meta({ title: 'RequestEntry' });
export const RequestList = z
  .object({ data: z.array(RequestEntry), next_cursor: cursor })
  .meta({ title: 'RequestList' });

export const FeedbackEntry = z
  .object({
    at: z.iso.datetime(),
    score: z.number().nullable(),
    accepted: z.boolean().nullable(),
    label: z.string().nullable(),
  })
  .meta({ title: 'Feedback' });
export const FeedbackAnswer = z.object({ request_id: z.uuid(), feedback: FeedbackEntry });

export const StoryAnswer = z
  .object({
    request_id: z.uuid(),
    summary: RequestEntry,
    decision: z.looseObject({}).meta({ description: 'The data of RequestRouted' }),
    features: Features,
    wishes: Wishes,
    constraints: Constraints,
    weights: ScoreParts.meta({ description: 'How much each part counts in the scores, in all 1' }),
    candidates: z
      .array(Candidate)
      .meta({ description: 'All of them, recomputed; of a newer release’s decision the best five' }),
    excluded: z.array(z.object({ model: z.string(), reason: Exclusion })),
    chain: z.array(ChainLink),
    baseline: Baseline.nullable(),
    attempts: z.array(z.looseObject({})),
    completion: z.looseObject({}).nullable(),
    money: z.looseObject({
      lines: z.array(
        z.object({
          attempt: z.int(),
          model: z.string(),
          label: z.string(),
          priced_as: z.string(),
          tokens: count,
          price_per_token: usd,
          amount_usd: usd,
        }),
      ),
      cost_usd: usd.nullable(),
      baseline_usd: usd.nullable(),
      savings_usd: usd.nullable(),
      markup_usd: usd.nullable(),
      charged_usd: usd.nullable(),
    }),
    versions: z.looseObject({ catalog: z.int(), policy: z.int(), decider: z.int(), describer: z.int() }),
    replay: z.object({
      equal: z.boolean().nullable().meta({ description: 'null: this release does not have the decider that decided' }),
    }),
    explanation: z.string(),
    feedback: z.array(FeedbackEntry),
    content_kept: z.boolean().meta({ description: 'Prompt and answer are there: /content' }),
    events: z.array(z.object({ type: z.string(), revision: z.int(), at: z.string(), data: z.unknown() })),
  })
  .meta({ title: 'RequestStory' });

export const ContentAnswer = z
  .object({
    request_id: z.uuid(),
    captured_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    request: z.object({ body: z.string() }),
    answer: z.object({
      status: z.int(),
      content_type: z.string(),
      body: z.string().nullable().meta({ description: 'null: it was longer than 10 MB' }),
    }),
  })
  .meta({ title: 'Content' });

export const Differences = z.array(z.object({ path: z.string(), recorded: z.unknown(), recomputed: z.unknown() }));
export const ReplayAnswer = z
  .object({
    request_id: z.uuid(),
    equal: z.boolean(),
    differences: Differences,
    money: z.object({ equal: z.boolean(), differences: Differences }),
    decider_version: z.int(),
    catalog_version: z.int(),
    policy_version: z.int(),
    decision_digest: z.object({ recorded: z.string(), recomputed: z.string() }),
  })
  .meta({ title: 'Replay' });

const stats = {
  requests: count,
  errors: count,
  tokens: count,
  cost: dollars,
  cost_usd: usd,
  baseline_usd: usd,
  savings: dollars,
  savings_usd: usd,
  latency_p50_ms: ms,
  latency_p95_ms: ms,
  overhead_p50_ms: ms,
  overhead_p95_ms: ms,
  first_token_p50_ms: ms,
};
export const StatsAnswer = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    bucket: z.string(),
    group: z.string(),
    baseline_models: z.array(z.string()),
    totals: z.object(stats),
    series: z.array(z.object({ at: z.iso.datetime(), key: z.string().nullable(), ...stats })),
  })
  .meta({ title: 'Stats' });

export const ModelChangeList = z
  .object({
    data: z.array(
      z.object({
        id: z.uuid(),
        model: z.string(),
        field: z.string(),
        old_value: z.string().nullable(),
        new_value: z.string().nullable(),
        source: z.string(),
        changed_by: z.string(),
        changed_at: z.iso.datetime(),
      }),
    ),
    next_cursor: cursor,
  })
  .meta({ title: 'ModelChanges' });

export const PolicyAnswer = z.object({ version: z.int(), policy: Policy }).meta({ title: 'ActivePolicy' });

const side = z.object({ cost_usd: usd, quality: z.number().nullable(), latency_ms: ms });
export const WhatIfAnswer = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    requests: count,
    compared: count,
    cost_unknown: count.meta({
      description: 'Their cost is known, and would not be: no model, or one without a price',
    }),
    moved: count,
    unroutable: count,
    before: side,
    after: side,
    by_model: z.array(z.object({ model: z.string(), before: count, after: count })),
    movers: z.array(
      z.object({
        request_id: z.uuid(),
        task_type: z.string(),
        from_model: z.string().nullable(),
        to_model: z.string().nullable(),
        cost_before_usd: usd.nullable(),
        cost_after_usd: usd.nullable(),
        difference_usd: usd.nullable(),
      }),
    ),
    notes: z.array(z.string()),
  })
  .meta({ title: 'WhatIf' });

const performance = {
  attempts: count,
  succeeded: count,
  failures: z.record(z.string(), count),
  latency_p50_ms: ms,
  latency_p95_ms: ms,
  latency_p99_ms: ms,
  first_token_p50_ms: ms,
  first_token_p95_ms: ms,
  tokens_per_second: z.number().nullable(),
};
export const PerformanceAnswer = z
  .object({
    model: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    totals: z.object(performance),
    hours: z.array(z.object({ hour: z.iso.datetime(), ...performance })),
  })
  .meta({ title: 'ModelPerformance' });
