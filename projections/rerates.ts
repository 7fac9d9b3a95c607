// Costs of the past at the prices of another catalog version, as `RerateRequested` asks for: the counts of every request and the
// price lists of every version are kept here, so that the corrected figures come out of the log like all others.
import type { EventData, EventOf } from '../src/domain/events.ts';
import type { Prices } from '../src/domain/prices.ts';
import { baselineCostUsd, savingsUsd, totalCostUsd } from '../src/domain/requestCost.ts';
import { type Usage, costOf, costUsd } from '../src/domain/usage.ts';
import { type Change, type Key, type Projection, type Range, type Rows, defineTable, put } from './projection.ts';

type AttemptInput = { readonly model: string; readonly usage: Usage | null };
type InputRow = {
  readonly request_id: string;
  readonly routed_at: string | null;
  readonly org_id: string | null;
  readonly attempts: readonly AttemptInput[];
  readonly usage: Usage | null;
  readonly baseline_model: string | null;
};
type PriceRow = { readonly model: string; readonly since: number; readonly prices: Prices | null };
export type RerateRow = {
  readonly request_id: string;
  readonly org_id: string;
  readonly created_at: string;
  readonly catalog_version: number;
  readonly requested_at: string;
  readonly cost_usd: string | null;
  readonly baseline_cost_usd: string | null;
  readonly savings_usd: string | null;
};

const inputsTable = defineTable<InputRow>('rerate_inputs', ['request_id'], {
  request_id: 'uuid',
  routed_at: 'timestamptz',
  org_id: 'uuid',
  attempts: 'jsonb',
  usage: 'jsonb',
  baseline_model: 'text',
});
const pricesTable = defineTable<PriceRow>('rerate_prices', ['model', 'since'], {
  model: 'text',
  since: 'integer',
  prices: 'jsonb',
});
export const reratesTable = defineTable<RerateRow>('request_rerates', ['request_id'], {
  request_id: 'uuid',
  org_id: 'uuid',
  created_at: 'timestamptz',
  catalog_version: 'integer',
  requested_at: 'timestamptz',
  cost_usd: 'numeric',
  baseline_cost_usd: 'numeric',
  savings_usd: 'numeric',
});

export const rerates: Projection = {
  name: 'rerates',
  version: 1,
  tables: [inputsTable, pricesTable, reratesTable],
  categories: ['request', 'catalog', 'admin'],
  keysOf(event): readonly Key[] {
    if (event.type === 'ProviderAttempted' || event.type === 'RequestCompleted')
      return [{ table: inputsTable, values: [event.data.requestId] }];
    if (event.type !== 'RerateRequested') return [];
    return [
      { table: inputsTable, values: rangeOf(event.data) },
      { table: pricesTable, values: 'all' },
    ];
  },
  evolve(rows, event) {
    if (event.type === 'ModelRegistered' || event.type === 'ModelPriceChanged') {
      const { modelId, prices } = event.data;
      return [put(pricesTable, { model: modelId, since: event.revision, prices })];
    }
    if (event.type === 'ProviderAttempted') return [onAttempted(rows, event)];
    if (event.type === 'RequestCompleted') return [onCompleted(rows, event)];
    if (event.type === 'RerateRequested') return onRequested(rows, event);
    return [];
  },
};

function rangeOf({ from, to }: EventData<'RerateRequested'>): Range {
  return { column: 'routed_at', from, to };
}

function onAttempted(rows: Rows, { data }: EventOf<'ProviderAttempted'>): Change {
  const before = rows.get(inputsTable, data.requestId);
  const attempt: AttemptInput = { model: data.modelId, usage: data.usage };
  return put(inputsTable, {
    request_id: data.requestId,
    routed_at: before?.routed_at ?? null,
    org_id: before?.org_id ?? null,
    attempts: [...(before?.attempts ?? []), attempt],
    usage: before?.usage ?? null,
    baseline_model: before?.baseline_model ?? null,
  });
}

function onCompleted(rows: Rows, { data }: EventOf<'RequestCompleted'>): Change {
  const before = rows.get(inputsTable, data.requestId);
  return put(inputsTable, {
    request_id: data.requestId,
    routed_at: data.routedAt,
    org_id: data.orgId,
    attempts: before?.attempts ?? [],
    usage: data.baselineCostUsd === null ? null : data.usage,
    baseline_model: data.baselineModelId,
  });
}

/** Requests that have ended by now; one that ends later is told at the prices that it was routed with. */
function onRequested(rows: Rows, { data }: EventOf<'RerateRequested'>): Change[] {
  const lists = listsAt(rows.all(pricesTable), data.catalogVersion);
  return rows.range(inputsTable, rangeOf(data)).flatMap((input) => {
    const { org_id, routed_at } = input;
    return org_id === null || routed_at === null
      ? []
      : [put(reratesTable, { ...rerate(input, Date.parse(routed_at), lists), org_id, ...toldBy(data, routed_at) })];
  });
}

function toldBy(data: EventData<'RerateRequested'>, routedAt: string) {
  return { created_at: routedAt, catalog_version: data.catalogVersion, requested_at: data.at };
}

/** The newest list of each model that is not newer than that version. */
function listsAt(all: readonly PriceRow[], version: number): ReadonlyMap<string, Prices | null> {
  const newest = new Map<string, PriceRow>();
  for (const row of all) {
    const known = newest.get(row.model);
    if (row.since <= version && (!known || known.since < row.since)) newest.set(row.model, row);
  }
  return new Map([...newest].map(([model, { prices }]) => [model, prices]));
}

function rerate(input: InputRow, at: number, lists: ReadonlyMap<string, Prices | null>) {
  const pricesOf = (model: string) => lists.get(model) ?? undefined;
  const cost = totalCostUsd(
    input.attempts.map(({ model, usage }) => ({
      usage,
      costUsd: usage ? costUsd(costOf(usage, pricesOf(model), at)) : null,
    })),
  );
  const { usage, baseline_model: baseline } = input;
  const baselineCost = usage && baseline !== null ? baselineCostUsd(usage, pricesOf(baseline), at) : null;
  return {
    request_id: input.request_id,
    cost_usd: cost,
    baseline_cost_usd: baselineCost,
    savings_usd: savingsUsd(cost, baselineCost),
  };
}
