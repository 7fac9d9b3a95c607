// Usage by org, hour, model and task, with times as histograms: what figures over any span are added up from.
import type { EventData } from '../src/domain/events.ts';
import { type Histogram, OVERHEAD_UNITS, addTime } from '../src/domain/histogram.ts';
import { formatUsd, parseUsd } from '../src/domain/money.ts';
import { totalTokens } from '../src/domain/usage.ts';
import { type Change, type Key, type Rows, defineTable, put } from './projection.ts';
import { NO_MODEL } from './requestTables.ts';

type HourRow = {
  readonly org_id: string;
  readonly hour: string;
  /** The model's id, `none` where no model answered. */
  readonly model: string;
  readonly task_type: string;
  readonly request_count: number;
  readonly error_count: number;
  readonly token_count: number;
  readonly cost_usd: string;
  readonly baseline_cost_usd: string;
  readonly savings_usd: string;
  /** Requests by the model that their savings are told against. */
  readonly baselines: Readonly<Record<string, number>>;
  readonly latency_histogram: Histogram;
  /** In hundredths of a millisecond. */
  readonly overhead_histogram: Histogram;
  readonly first_token_histogram: Histogram;
};

export const hoursTable = defineTable<HourRow>('usage_hourly', ['org_id', 'hour', 'model', 'task_type'], {
  org_id: 'uuid',
  hour: 'timestamptz',
  model: 'text',
  task_type: 'text',
  request_count: 'integer',
  error_count: 'integer',
  token_count: 'bigint',
  cost_usd: 'numeric',
  baseline_cost_usd: 'numeric',
  savings_usd: 'numeric',
  baselines: 'jsonb',
  latency_histogram: 'jsonb',
  overhead_histogram: 'jsonb',
  first_token_histogram: 'jsonb',
});

type Completed = EventData<'RequestCompleted'>;

export function hourKey(data: Completed): Key {
  return { table: hoursTable, values: valuesOf(data) };
}

function valuesOf(data: Completed): [string, string, string, string] {
  return [data.orgId, `${data.routedAt.slice(0, 13)}:00:00.000Z`, data.modelId ?? NO_MODEL, data.taskType];
}

/** `baseline` is that of the end, else of the decision. */
export function addToHour(rows: Rows, data: Completed, baseline: string | null): Change {
  const [org_id, hour, model, task_type] = valuesOf(data);
  const before = rows.get(hoursTable, org_id, hour, model, task_type) ?? {
    org_id,
    hour,
    model,
    task_type,
    ...NOTHING,
  };
  return put(hoursTable, {
    ...before,
    request_count: before.request_count + 1,
    error_count: before.error_count + (data.outcome === 'failed' ? 1 : 0),
    token_count: before.token_count + (data.usage ? totalTokens(data.usage) : 0),
    cost_usd: addUsd(before.cost_usd, data.costUsd),
    baseline_cost_usd: addUsd(before.baseline_cost_usd, data.baselineCostUsd),
    savings_usd: addUsd(before.savings_usd, data.savingsUsd),
    baselines:
      baseline === null ? before.baselines : { ...before.baselines, [baseline]: (before.baselines[baseline] ?? 0) + 1 },
    latency_histogram: addTime(before.latency_histogram, data.latencyMs),
    overhead_histogram: addTime(before.overhead_histogram, data.overheadMs * OVERHEAD_UNITS),
    first_token_histogram:
      data.firstTokenMs === null
        ? before.first_token_histogram
        : addTime(before.first_token_histogram, data.firstTokenMs),
  });
}

export function addUsd(sum: string, amount: string | null): string {
  return amount === null ? sum : formatUsd(parseUsd(sum) + parseUsd(amount));
}

const NOTHING: Omit<HourRow, 'org_id' | 'hour' | 'model' | 'task_type'> = {
  request_count: 0,
  error_count: 0,
  token_count: 0,
  cost_usd: '0',
  baseline_cost_usd: '0',
  savings_usd: '0',
  baselines: {},
  latency_histogram: {},
  overhead_histogram: {},
  first_token_histogram: {},
};
