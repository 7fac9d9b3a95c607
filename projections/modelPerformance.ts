// How each model answered, by org and hour: counts, times as histograms that add up, failures by kind.
import type { EventData } from '../src/domain/events.ts';
import { type Histogram, addTime } from '../src/domain/histogram.ts';
import { type Projection, defineTable, put } from './projection.ts';

export type PerformanceRow = {
  readonly org_id: string;
  readonly model: string;
  readonly hour: string;
  readonly attempt_count: number;
  readonly succeeded_count: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly output_count: number;
  readonly busy_ms: string;
  readonly latency_histogram: Histogram;
  readonly first_token_histogram: Histogram;
};

export const performanceTable = defineTable<PerformanceRow>('model_performance', ['org_id', 'model', 'hour'], {
  org_id: 'uuid',
  model: 'text',
  hour: 'timestamptz',
  attempt_count: 'integer',
  succeeded_count: 'integer',
  failures: 'jsonb',
  output_count: 'bigint',
  busy_ms: 'numeric',
  latency_histogram: 'jsonb',
  first_token_histogram: 'jsonb',
});

type Attempted = EventData<'ProviderAttempted'>;

export const modelPerformance: Projection = {
  name: 'modelPerformance',
  version: 1,
  tables: [performanceTable],
  categories: ['request'],
  keysOf(event) {
    const key = event.type === 'ProviderAttempted' ? keyOf(event.data) : undefined;
    return key ? [{ table: performanceTable, values: key }] : [];
  },
  evolve(rows, event) {
    if (event.type !== 'ProviderAttempted') return [];
    const key = keyOf(event.data);
    if (!key) return [];
    const [org_id, model, hour] = key;
    const before = rows.get(performanceTable, org_id, model, hour) ?? { org_id, model, hour, ...NOTHING };
    return [put(performanceTable, addAttempt(before, event.data))];
  },
};

function addAttempt(row: PerformanceRow, { outcome, usage, durationMs, firstTokenMs }: Attempted): PerformanceRow {
  const counted = { ...row, attempt_count: row.attempt_count + 1 };
  if (outcome !== 'succeeded')
    return { ...counted, failures: { ...row.failures, [outcome]: (row.failures[outcome] ?? 0) + 1 } };
  return {
    ...counted,
    succeeded_count: row.succeeded_count + 1,
    output_count: row.output_count + (usage?.output ?? 0),
    busy_ms: addMs(row.busy_ms, durationMs),
    latency_histogram: addTime(row.latency_histogram, durationMs),
    first_token_histogram:
      firstTokenMs === null ? row.first_token_histogram : addTime(row.first_token_histogram, firstTokenMs),
  };
}

/** Undefined for attempts of version 1, which do not say whose they were. */
function keyOf({ orgId, modelId, startedAt }: Attempted): [string, string, string] | undefined {
  return orgId === null ? undefined : [orgId, modelId, `${startedAt.slice(0, 13)}:00:00.000Z`];
}

/** In thousandths, where sums of doubles are exact: the order of events in a batch must not show in a digit. */
function addMs(sum: string, ms: number): string {
  return String((Math.round(Number(sum) * 1_000) + Math.round(ms * 1_000)) / 1_000);
}

const NOTHING = {
  attempt_count: 0,
  succeeded_count: 0,
  failures: {},
  output_count: 0,
  busy_ms: '0',
  latency_histogram: {},
  first_token_histogram: {},
};
