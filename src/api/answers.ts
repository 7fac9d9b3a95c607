// What the API answers, as schemas: the OpenAPI document is made of them, and tests hold real answers to them.
import { z } from 'zod';
import { ProviderName, TaskType } from '../domain/catalog.ts';
import { AnyCall } from '../domain/chat.ts';
import { Candidate, ChainLink, Features, Baseline, Exclusion, ScoreParts } from '../domain/decision.ts';

const usd = z.string().meta({ description: 'USD, an exact decimal' });
const dollars = z.number().meta({ description: 'USD, for people; the exact figure stands beside it' });
const count = z.int().nonnegative();

export const OpenAiUsage = z
  .looseObject({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: z.object({ cached_tokens: count, cache_write_tokens: count }),
    completion_tokens_details: z.object({ reasoning_tokens: count }),
    cost: dollars.optional(),
  })
  .meta({ title: 'Usage' });

const money = {
  cost: dollars.nullable(),
  cost_usd: usd.nullable(),
  savings_estimate: dollars.nullable(),
  savings_estimate_usd: usd.nullable(),
  charged_usd: usd.nullable().optional().meta({ description: 'Cost and the markup of the org, where it has one' }),
};

/** With `x-omni-metadata: true`. */
export const Metadata = z
  .object({
    request_id: z.uuid(),
    provider: ProviderName,
    model: z.string(),
    task_type: TaskType,
    attempts: count,
    fallback: z.boolean(),
    warnings: z.array(z.string()),
    simulated: z.boolean(),
    reason: z.string(),
    ...money,
    baseline_model: z.string().nullable(),
    baseline_usd: usd.nullable(),
    latency_ms: z.number(),
  })
  .meta({ title: 'OmniMetadata' });
export type Metadata = z.infer<typeof Metadata>;

export const ChatCompletion = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.looseObject({
        index: count,
        finish_reason: z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']),
        message: z.looseObject({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.string().nullish(),
          tool_calls: z.array(AnyCall).optional(),
        }),
      }),
    ),
    usage: OpenAiUsage.optional(),
    omni: Metadata.optional(),
  })
  .meta({ title: 'ChatCompletion' });

export const ChatAnswer = z
  .object({
    output: z.string().nullable(),
    tool_calls: z.array(AnyCall).optional(),
    refusal: z.string().optional(),
    reasoning: z.string().optional(),
    reasoning_details: z.array(z.looseObject({ type: z.string() })).optional(),
    logprobs: z.unknown().optional(),
    finish_reason: z.string().nullable(),
    model_used: z.string(),
    provider: ProviderName,
    ...money,
    latency_ms: z.number(),
    baseline_model: z.string().nullable(),
    tokens: z
      .object({
        input: count,
        output: count,
        cached_input: count,
        cache_write: count,
        reasoning: count,
        total: count,
        estimated: z.literal(true).optional(),
      })
      .nullable(),
    task_type: TaskType,
    reason: z.string(),
    warnings: z.array(z.string()).optional(),
    simulated: z.boolean(),
    request_id: z.uuid(),
  })
  .meta({ title: 'ChatAnswer' });
export type ChatAnswer = z.infer<typeof ChatAnswer>;

const Pricing = z.looseObject({ prompt: z.string().optional(), completion: z.string().optional() });

export const ModelEntry = z
  .looseObject({
    id: z.string(),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
    name: z.string(),
    provider: ProviderName,
    model_name: z.string(),
    pricing: Pricing.nullable().meta({ description: 'USD a token, as strings' }),
    pricing_source: z.string().nullable(),
    pricing_as_of: z.string().meta({ description: 'When this price came into the catalog' }),
    pricing_age_sec: count,
    context_length: count.nullable(),
    max_output_tokens: count.nullable(),
    strengths: z.array(z.string()),
    abilities: z.record(z.string(), z.unknown()),
    efforts: z.array(z.string()),
    quality_tier: z.string().nullable(),
    ratings: z
      .looseObject({
        source: z.string(),
        index_version: z.string().nullish(),
        as_of: z.string(),
        attribution: z.string(),
      })
      .nullable(),
    latency: z.array(z.looseObject({})),
    breaker: z
      .object({
        state: z.enum(['closed', 'open', 'half-open']),
        of_provider: z.boolean().meta({ description: 'Not this model failed but its provider' }),
        open_until: z.iso.datetime().nullable(),
        reason: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'Whether this process calls it now; null with `as_of`' }),
    health: z
      .object({
        error_rate: z.number().meta({ description: '0..1 of the calls, by the fault of the provider' }),
        first_token_ms: z.number().nullable(),
        tokens_per_second: z.number().nullable(),
        used: z.boolean().meta({ description: 'Routing expects its latency by these; else by ratings or our tier' }),
      })
      .nullable()
      .meta({
        description: 'Measured lately over all calls of the router; null where there were none, and with `as_of`',
      }),
    status: z.enum(['active', 'deprecated', 'retired', 'disabled']),
    deprecation: z.object({ at: z.string(), reason: z.string(), replacement: z.string().nullable() }).nullable(),
    aliases: z.array(z.string()),
    updated_at: z.string(),
  })
  .meta({ title: 'Model' });

export const ModelList = z
  .object({
    object: z.literal('list'),
    data: z.array(ModelEntry),
    total_count: count,
    catalog_version: z.int(),
    feeds: z
      .array(z.object({ source: z.string(), as_of: z.iso.datetime(), age_sec: count }))
      .nullable()
      .meta({ description: 'When each price and rating feed was last read well' }),
  })
  .meta({ title: 'ModelList' });

export const UsageGroup = z
  .object({
    key: z.string(),
    requests: count,
    errors: count,
    tokens: count,
    cost: dollars,
    cost_usd: usd,
    savings: dollars,
    savings_usd: usd,
    charged_usd: usd,
    net_savings_usd: usd,
  })
  .meta({ title: 'UsageGroup' });

export const UsageAnswer = z
  .looseObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    total_requests: count,
    total_cost: dollars,
    total_cost_usd: usd,
    total_savings: dollars,
    total_savings_usd: usd,
    total_markup_usd: usd.meta({ description: "The router's own markup, exact USD" }),
    total_charged_usd: usd.meta({ description: 'Cost and markup, exact USD' }),
    total_net_savings_usd: usd.meta({ description: 'Savings less markup, exact USD' }),
    rerated_requests: count.meta({ description: 'Requests whose figures are corrected ones' }),
    total_tokens: count,
    errors: count,
    unpriced_requests: count,
    by_model: z.array(UsageGroup),
    by_task_type: z.array(UsageGroup),
    by_date: z.array(UsageGroup),
  })
  .meta({ title: 'UsageReport' });

export const DebugAnswer = z
  .object({
    task_type: TaskType,
    features: Features,
    weights: ScoreParts.meta({ description: 'How much each part counts in the scores, in all 1' }),
    considered_models: z.array(Candidate),
    excluded_models: z.array(z.object({ modelId: z.string(), reason: Exclusion })),
    final_model: z.string().nullable(),
    chain: z.array(ChainLink),
    baseline: Baseline.nullable(),
    reason: z.string(),
    decision_digest: z.string(),
    catalog_version: z.int(),
    policy_version: z.int(),
    decider_version: z.int(),
  })
  .meta({ title: 'RoutingDecision' });

/** What the web page knows of who looks at it. */
export const SessionAnswer = z
  .union([
    z.object({ signed_in: z.literal(false) }),
    z.object({
      signed_in: z.literal(true),
      scopes: z.array(z.string()),
      org: z.object({ id: z.uuid(), name: z.string() }),
      key_id: z.uuid(),
      csrf_token: z.string().meta({ description: 'Goes into `x-csrf-token` of every request that changes something' }),
      expires_at: z.iso.datetime(),
      simulated: z.boolean().meta({ description: 'No provider key is set: answers are simulated' }),
    }),
  ])
  .meta({ title: 'Session' });
export type SessionAnswer = z.infer<typeof SessionAnswer>;

export const HealthAnswer = z.object({ status: z.literal('ok') }).meta({ title: 'Health' });

export const ReadinessAnswer = z
  .looseObject({ status: z.enum(['ok', 'degraded', 'unavailable']), message: z.string().optional() })
  .meta({ title: 'Readiness' });
