// Requests, their attempts, and usage by org, day, model and task. A request's row appears when it is routed and is finished
// when it ends; usage counts what has ended.
import type { EventOf } from '../src/domain/events.ts';
import { promptTokens, totalTokens, type Usage } from '../src/domain/usage.ts';
import { uuidv5 } from '../src/domain/uuidv5.ts';
import { type Change, type ProjectedEvent, type Projection, type Rows, put } from './projection.ts';
import { NO_MODEL, type RequestRow, type UsageRow, attemptsTable, requestsTable, usageTable } from './requestTables.ts';
import { addToHour, addUsd, hourKey, hoursTable } from './usageHours.ts';

/** After that a request without an end of its own deadline counts as given up: no chain of timeouts is longer. */
const LONGEST_MS = 30 * 60_000;

export const requests: Projection = {
  name: 'requests',
  version: 3,
  tables: [requestsTable, attemptsTable, usageTable, hoursTable],
  categories: ['request'],
  keysOf(event) {
    if (event.type === 'RequestRouted') return [{ table: requestsTable, values: [event.data.requestId] }];
    if (event.type !== 'RequestCompleted') return [];
    return [
      { table: requestsTable, values: [event.data.requestId] },
      { table: usageTable, values: usageKey(event.data) },
      hourKey(event.data),
    ];
  },
  evolve(rows, event) {
    if (event.type === 'RequestRouted') return onRouted(rows, event);
    if (event.type === 'ProviderAttempted') return [onAttempted(event)];
    if (event.type === 'RequestCompleted') return onCompleted(rows, event);
    return [];
  },
};

function onRouted(rows: Rows, { data }: EventOf<'RequestRouted'>): Change[] {
  if (rows.get(requestsTable, data.requestId)) return [];
  const { features, wishes, at } = data.inputs;
  return [
    put(requestsTable, {
      ...UNFINISHED,
      id: data.requestId,
      org_id: data.orgId,
      key_id: data.keyId,
      surface: data.surface,
      task_type: features.taskType,
      priority: wishes.priority,
      created_at: data.routedAt,
      deadline_at: new Date(at + (wishes.deadlineMs ?? LONGEST_MS)).toISOString(),
      baseline_model: data.outcome.baseline?.modelId ?? null,
      simulated: data.simulated,
      catalog_version: data.catalogVersion,
      policy_version: data.policyVersion,
      decider_version: data.deciderVersion,
    }),
  ];
}

function onCompleted(rows: Rows, { data }: EventOf<'RequestCompleted'>): Change[] {
  const before = rows.get(requestsTable, data.requestId);
  // The first end is the end.
  if (before && before.outcome !== 'routed') return [];
  const started: RequestRow = before ?? {
    ...UNFINISHED,
    id: data.requestId,
    org_id: data.orgId,
    key_id: data.keyId,
    surface: data.surface,
    task_type: data.taskType,
    priority: null,
    created_at: data.routedAt,
    deadline_at: data.completedAt,
    baseline_model: null,
    simulated: data.simulated,
    catalog_version: data.catalogVersion,
    policy_version: null,
    decider_version: null,
  };
  const finished: RequestRow = {
    ...started,
    ...modelOf(data.modelId),
    ...tokensOf(data.usage),
    cost: data.costUsd,
    latency_ms: String(data.latencyMs),
    success: data.outcome === 'succeeded',
    outcome: data.outcome,
    error_code: data.errorCode,
    completed_at: data.completedAt,
    attempts_count: data.attempts,
    first_token_ms: data.firstTokenMs === null ? null : String(data.firstTokenMs),
    overhead_ms: String(data.overheadMs),
    baseline_model: data.baselineModelId ?? started.baseline_model,
    baseline_cost_usd: data.baselineCostUsd,
    savings_usd: data.savingsUsd,
    markup_usd: data.markupUsd ?? null,
    usage_estimated: data.usage === null ? null : (data.usage.estimated ?? false),
  };
  return [
    put(requestsTable, finished),
    put(usageTable, addUsage(rows, data)),
    addToHour(rows, data, finished.baseline_model),
  ];
}

function addUsage(rows: Rows, data: EventOf<'RequestCompleted'>['data']): UsageRow {
  const [org_id, day, model, task_type] = usageKey(data);
  const before = rows.get(usageTable, org_id, day, model, task_type) ?? {
    org_id,
    day,
    model,
    task_type,
    ...NOTHING,
  };
  const { usage } = data;
  return {
    ...before,
    request_count: before.request_count + 1,
    error_count: before.error_count + (data.outcome === 'failed' ? 1 : 0),
    unpriced_count: before.unpriced_count + (data.costUsd === null ? 1 : 0),
    token_count: before.token_count + (usage ? totalTokens(usage) : 0),
    input_count: before.input_count + (usage?.input ?? 0),
    cached_input_count: before.cached_input_count + (usage?.cachedInput ?? 0),
    cache_write_count: before.cache_write_count + (usage ? cacheWrites(usage) : 0),
    output_count: before.output_count + (usage?.output ?? 0),
    reasoning_count: before.reasoning_count + (usage?.reasoning ?? 0),
    cost_usd: addUsd(before.cost_usd, data.costUsd),
    savings_usd: addUsd(before.savings_usd, data.savingsUsd),
    markup_usd: addUsd(before.markup_usd, data.markupUsd ?? null),
  };
}

function onAttempted(event: ProjectedEvent & EventOf<'ProviderAttempted'>): Change {
  const { data } = event;
  return put(attemptsTable, {
    id: uuidv5(event.id, 'attempt'),
    request_id: data.requestId,
    attempt_number: data.attempt,
    hedge_of: data.hedgeOf,
    provider: data.provider,
    model: data.modelId,
    effort: data.effort,
    started_at: data.startedAt,
    duration_ms: String(data.durationMs),
    first_token_ms: data.firstTokenMs === null ? null : String(data.firstTokenMs),
    outcome: data.outcome,
    message: data.message,
    provider_status: data.providerStatus,
    provider_request_id: data.providerRequestId,
    served_model: data.servedModel,
    tokens_input: data.usage && promptTokens(data.usage),
    tokens_output: data.usage && data.usage.output,
    cost_usd: data.costUsd,
    reported_cost_usd: data.usage?.reportedCostUsd ?? null,
  });
}

function usageKey(data: EventOf<'RequestCompleted'>['data']): [string, string, string, string] {
  return [data.orgId, data.routedAt.slice(0, 10), data.modelId ?? NO_MODEL, data.taskType];
}

function modelOf(modelId: string | null): Pick<RequestRow, 'model_used' | 'provider'> {
  if (modelId === null) return { model_used: null, provider: null };
  const slash = modelId.indexOf('/');
  return { provider: modelId.slice(0, Math.max(slash, 0)), model_used: modelId.slice(slash + 1) };
}

function tokensOf(usage: Usage | null) {
  return {
    tokens: usage && totalTokens(usage),
    tokens_input: usage && promptTokens(usage),
    tokens_output: usage && usage.output,
    cached_input_count: usage && usage.cachedInput,
    cache_write_count: usage && cacheWrites(usage),
    reasoning_count: usage && usage.reasoning,
  };
}

function cacheWrites(usage: Usage): number {
  return usage.cacheWrite5m + usage.cacheWrite1h;
}

const NOTHING = {
  request_count: 0,
  error_count: 0,
  unpriced_count: 0,
  token_count: 0,
  input_count: 0,
  cached_input_count: 0,
  cache_write_count: 0,
  output_count: 0,
  reasoning_count: 0,
  cost_usd: '0',
  savings_usd: '0',
  markup_usd: '0',
};

const UNFINISHED = {
  model_used: null,
  provider: null,
  tokens: null,
  tokens_input: null,
  tokens_output: null,
  cached_input_count: null,
  cache_write_count: null,
  reasoning_count: null,
  cost: null,
  latency_ms: null,
  success: null,
  outcome: 'routed' as const,
  error_code: null,
  completed_at: null,
  attempts_count: null,
  first_token_ms: null,
  overhead_ms: null,
  baseline_cost_usd: null,
  savings_usd: null,
  markup_usd: null,
  usage_estimated: null,
};
