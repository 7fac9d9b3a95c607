// models.dev: prices of direct providers as JSON numbers in USD per million tokens, and the second opinion on everybody else's.
import { z } from 'zod';
import { PROVIDERS } from '../../src/domain/catalog.ts';
import { statedPrices } from '../../src/domain/comparePrices.ts';
import { formatDecimal, parseDecimal } from '../../src/domain/money.ts';
import type { PriceOverride, Prices } from '../../src/domain/prices.ts';
import { type FeedModel, type FeedReading, FeedRefused, type Malformed, collectRows, fieldsOf } from './feedReading.ts';
import { dropEmpty } from './openrouterModels.ts';

export const MODELS_DEV = 'models_dev';

const usd = z.number().nonnegative();
const lines = {
  input: usd.nullish(),
  output: usd.nullish(),
  cache_read: usd.nullish(),
  cache_write: usd.nullish(),
  reasoning: usd.nullish(),
};
const Cost = z.looseObject({
  ...lines,
  context_over_200k: z.looseObject(lines).nullish().catch(null),
  tiers: z.array(z.looseObject({ ...lines, tier: z.looseObject({ size: z.number().nullish() }).nullish() })).nullish(),
});
const Model = z.looseObject({
  id: z.string().min(1),
  name: z.string().nullish(),
  cost: Cost.nullish(),
  limit: z.looseObject({ context: z.number().nullish(), output: z.number().nullish() }).nullish().catch(null),
  status: z.string().nullish().catch(null),
});
const Provider = z.looseObject({ models: z.record(z.string(), z.unknown()) });
const Envelope = z.record(z.string(), z.unknown());

/** The reading's ids are `<its provider>/<model>`. @throws FeedRefused when this is not the list of providers */
export function readModelsDev(body: unknown, at: string): FeedReading {
  const envelope = Envelope.safeParse(body);
  const providers = envelope.success ? Object.entries(envelope.data) : [];
  const known = providers.flatMap(([name, value]) => {
    const provider = Provider.safeParse(value);
    return provider.success ? [{ name, models: provider.data.models }] : [];
  });
  const missing = PROVIDERS.filter((name) => name !== 'openrouter' && !known.some((one) => one.name === name));
  if (missing.length > 0) {
    throw new FeedRefused(MODELS_DEV, `not its list of providers: found no models of ${missing.join(', ')}`);
  }
  const rows: FeedModel[] = [];
  const unreadable: Malformed[] = [];
  for (const { name, models } of known) {
    for (const [key, value] of Object.entries(models)) {
      const id = `${name}/${key}`;
      const model = Model.safeParse(value);
      if (model.success) rows.push(toFeedModel(id, model.data, value as Record<string, unknown>));
      else unreadable.push({ id, problem: model.error.issues[0]?.message ?? 'unreadable' });
    }
  }
  const count = rows.length + unreadable.length;
  const collected = collectRows(rows, unreadable);
  if (rows.length === 0 || unreadable.length > count * 0.1) {
    throw new FeedRefused(MODELS_DEV, `${unreadable.length} of ${count} rows are not readable: its shape has changed`);
  }
  return { source: MODELS_DEV, at, models: collected.models, malformed: collected.malformed, count };
}

function toFeedModel(id: string, model: z.infer<typeof Model>, raw: Readonly<Record<string, unknown>>): FeedModel {
  const { cost, limit } = model;
  return {
    id,
    kind: 'model',
    free: false,
    prices: cost ? toPrices(cost) : undefined,
    arePricesPartial: true,
    details: dropEmpty({ contextTokens: tokens(limit?.context), maxOutputTokens: tokens(limit?.output) }),
    fields: fieldsOf(raw, ['cost', 'limit']),
  };
}

function toPrices(cost: z.infer<typeof Cost>): Prices {
  const overrides: PriceOverride[] = (cost.tiers ?? []).flatMap((tier) =>
    tier.tier?.size ? [{ minPromptTokens: Math.trunc(tier.tier.size), ...toLines(tier) }] : [],
  );
  if (overrides.length === 0 && cost.context_over_200k) {
    overrides.push({ minPromptTokens: 200_000, ...toLines(cost.context_over_200k) });
  }
  return statedPrices({ ...toLines(cost), ...(overrides.length > 0 ? { overrides } : {}) });
}

type Lines = { readonly [key in keyof typeof lines]?: number | null | undefined };

function toLines(given: Lines): Omit<Prices, 'overrides'> {
  return dropEmpty({
    input: perToken(given.input),
    output: perToken(given.output),
    cachedInput: perToken(given.cache_read),
    cacheWrite5m: perToken(given.cache_write),
    reasoning: perToken(given.reasoning),
  });
}

/** A JSON number of USD per million as the decimal that its shortest text says, per token. */
export function perToken(perMillion: number | null | undefined): string | undefined {
  if (perMillion === null || perMillion === undefined) return undefined;
  const { coefficient, scale } = parseDecimal(String(perMillion));
  return formatDecimal({ coefficient, scale: scale + 6 });
}

function tokens(count: number | null | undefined): number | undefined {
  return count && count > 0 && Number.isInteger(count) ? count : undefined;
}
