// Every event of the log: its type, its current schema and version, and how older versions are read. Past events are never
// edited; a changed schema gets a new version here and an upcast from the one before.
import { z } from 'zod';
import { ModelDetails, ProviderName, Rating, RatingGeneration, TaskType } from './catalog.ts';
import { Effort } from './chat.ts';
import { DecisionInputs, HealthFigure, Outcome } from './decision.ts';
import { Policy } from './policy.ts';
import { Prices } from './prices.ts';
import { Usage } from './usage.ts';

export const FAILURE_KINDS = [
  'rate-limited',
  'timed-out',
  'overloaded',
  'refused',
  'bad-request',
  'context-too-long',
  'unauthorized',
  'quota-exhausted',
  'not-found',
  'server-error',
  'unreachable',
  'malformed-reply',
  'stream-cut',
  'cancelled',
] as const;
export const FailureKind = z.enum(FAILURE_KINDS);
export type FailureKind = z.infer<typeof FailureKind>;

const usd = z.string();
const isoTime = z.iso.datetime();
const surface = z.enum(['chat', 'agent-step', 'chat-completions', 'messages']);
export type Surface = z.infer<typeof surface>;

export const RequestRouted = z.object({
  requestId: z.uuid(),
  orgId: z.uuid(),
  keyId: z.uuid(),
  surface,
  /** The same instant as `inputs.at`, for people. */
  routedAt: isoTime,
  inputs: DecisionInputs,
  describerVersion: z.int(),
  deciderVersion: z.int(),
  catalogVersion: z.int(),
  policyVersion: z.int(),
  /** The `HealthObserved` event that was routed by: its stream and revision. */
  health: z.object({ stream: z.string(), revision: z.int() }).nullable(),
  outcome: Outcome,
  /** SHA-256 over the caller's body, hex: names the content without holding it. */
  promptDigest: z.string(),
  simulated: z.boolean(),
});

export const ProviderAttempted = z.object({
  requestId: z.uuid(),
  /** Null in events of version 1, which did not say it. */
  orgId: z.uuid().nullable(),
  attempt: z.int().positive(),
  hedgeOf: z.int().positive().nullable(),
  provider: ProviderName,
  modelId: z.string(),
  effort: Effort.nullable(),
  startedAt: isoTime,
  durationMs: z.number().nonnegative(),
  firstTokenMs: z.number().nonnegative().nullable(),
  outcome: z.union([z.literal('succeeded'), FailureKind]),
  /** One line, ours, never the vendor's raw body. */
  message: z.string().max(500).nullable(),
  providerStatus: z.int().nullable(),
  providerRequestId: z.string().nullable(),
  /** The model that the vendor says it served. */
  servedModel: z.string().nullable(),
  usage: Usage.nullable(),
  costUsd: usd.nullable(),
});

export const RequestCompleted = z.object({
  requestId: z.uuid(),
  orgId: z.uuid(),
  keyId: z.uuid(),
  surface,
  taskType: TaskType,
  routedAt: isoTime,
  completedAt: isoTime,
  outcome: z.enum(['succeeded', 'failed', 'cancelled']),
  /** Error code that the caller got, null on success. */
  errorCode: z.string().nullable(),
  modelId: z.string().nullable(),
  attempts: z.int().nonnegative(),
  usage: Usage.nullable(),
  /** Null = not known (a price is missing); "0" = it cost nothing. */
  costUsd: usd.nullable(),
  baselineModelId: z.string().nullable(),
  /** An estimate: the baseline's price at the token counts that were used. */
  baselineCostUsd: usd.nullable(),
  savingsUsd: usd.nullable(),
  /** The router's own markup, on top of the cost; absent or null = none. Charged is cost and markup. */
  markupUsd: usd.nullable().optional(),
  /** By what it was worked out; null = the org had none, absent in older events. */
  markupPercent: z.string().nullable().optional(),
  /** What budgets held for it, and count where the cost is not known; null = no budget, absent in older events. */
  reservedUsd: usd.nullable().optional(),
  latencyMs: z.number().nonnegative(),
  firstTokenMs: z.number().nonnegative().nullable(),
  /** Time of the request that was not spent waiting for a provider. */
  overheadMs: z.number().nonnegative(),
  catalogVersion: z.int(),
  simulated: z.boolean(),
});

const changed = { modelId: z.string(), source: z.string(), at: isoTime, by: z.string() };

const schemas = {
  RequestRouted,
  ProviderAttempted,
  RequestCompleted,
  FeedbackGiven: z.object({
    requestId: z.uuid(),
    orgId: z.uuid(),
    at: isoTime,
    score: z.number().min(-1).max(1).nullable(),
    accepted: z.boolean().nullable(),
    label: z.string().max(200).nullable(),
  }),
  ModelRegistered: z.object({
    ...changed,
    provider: ProviderName,
    modelName: z.string(),
    details: ModelDetails,
    prices: Prices.nullable(),
  }),
  /** Carries the whole new price list; null = no longer known. */
  ModelPriceChanged: z.object({ ...changed, prices: Prices.nullable() }),
  ModelRatingChanged: z.object({ ...changed, generation: z.string(), ratings: z.array(Rating) }),
  ModelDetailsChanged: z.object({ ...changed, details: ModelDetails }),
  ModelDeprecated: z.object({
    ...changed,
    reason: z.string(),
    effectiveAt: isoTime,
    replacement: z.string().nullable(),
  }),
  ModelReinstated: z.object({ ...changed, reason: z.string() }),
  ModelChangeHeld: z.object({
    ...changed,
    holdId: z.uuid(),
    /** The rule that held it, a word; `reason` says it in a sentence. */
    rule: z.string(),
    reason: z.string(),
    /** Prices whole, of the details only those that would change. */
    proposed: z.object({ prices: Prices.nullish(), details: ModelDetails.partial().nullish() }),
  }),
  ModelChangeReleased: z.object({
    ...changed,
    holdId: z.uuid(),
    verdict: z.enum(['applied', 'rejected']),
    reason: z.string(),
  }),
  RatingGenerationPublished: z.object({ generation: RatingGeneration, at: isoTime, by: z.string() }),
  PolicyPublished: z.object({ policy: Policy, at: isoTime, by: z.string() }),
  /** All figures that this process routes by from here on, not a difference. */
  HealthObserved: z.object({ process: z.string(), at: isoTime, figures: z.record(z.string(), HealthFigure) }),
  AdminActed: z.object({
    at: isoTime,
    by: z.string(),
    action: z.enum([
      'org_created',
      'user_created',
      'key_created',
      'key_revoked',
      'key_rotated',
      'key_changed',
      'budget_set',
      'budget_deleted',
      'org_changed',
    ]),
    orgId: z.uuid(),
    subjectId: z.string(),
    detail: z.record(z.string(), z.unknown()),
  }),
  /** Costs of requests that were routed from `from` (inclusive) to `to` are to be told at another catalog version's prices. */
  RerateRequested: z.object({
    at: isoTime,
    by: z.string(),
    from: isoTime,
    to: isoTime,
    catalogVersion: z.int().nonnegative(),
  }),
  AlertRaised: z.object({ at: isoTime, kind: z.string(), subject: z.string(), message: z.string() }),
} as const;

export type EventType = keyof typeof schemas;
export type EventData<T extends EventType> = z.infer<(typeof schemas)[T]>;
export type DomainEvent = { [T in EventType]: { readonly type: T; readonly data: EventData<T> } }[EventType];
export type EventOf<T extends EventType> = Extract<DomainEvent, { readonly type: T }>;

export const EVENT_TYPES = Object.keys(schemas) as EventType[];

/** Current schema version by type. */
export const EVENT_VERSIONS: { readonly [T in EventType]: number } = {
  RequestRouted: 1,
  ProviderAttempted: 2,
  RequestCompleted: 1,
  FeedbackGiven: 1,
  ModelRegistered: 1,
  ModelPriceChanged: 1,
  ModelRatingChanged: 1,
  ModelDetailsChanged: 1,
  ModelDeprecated: 1,
  ModelReinstated: 1,
  ModelChangeHeld: 2,
  ModelChangeReleased: 1,
  RatingGenerationPublished: 1,
  PolicyPublished: 1,
  HealthObserved: 1,
  AdminActed: 1,
  RerateRequested: 1,
  AlertRaised: 1,
};

export function schemaOf<T extends EventType>(type: T): (typeof schemas)[T] {
  return schemas[type];
}

/** Of the streams' names: everything that is ours in a log. */
export const EVENT_CATEGORIES = ['request', 'feedback', 'catalog', 'policy', 'health', 'admin'] as const;

export const CATALOG_STREAM = 'catalog-main';
export const POLICY_STREAM = 'policy-main';
export const ADMIN_STREAM = 'admin-main';

export function requestStream(requestId: string): string {
  return `request-${requestId}`;
}

export function feedbackStream(requestId: string): string {
  return `feedback-${requestId}`;
}
