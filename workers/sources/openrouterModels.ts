// OpenRouter's GET /models: prices as decimal strings in USD per token, absent keys, aliases, routers, variants, time windows.
import { z } from 'zod';
import type { ModelDetails, Rating } from '../../src/domain/catalog.ts';
import { EFFORTS, type Effort } from '../../src/domain/chat.ts';
import { statedPrices } from '../../src/domain/comparePrices.ts';
import { isDecimal, parseDecimal } from '../../src/domain/money.ts';
import type { PriceOverride, Prices } from '../../src/domain/prices.ts';
import { type FeedKind, type FeedModel, type FeedReading, FeedRefused, collectRows, fieldsOf } from './feedReading.ts';

export const OPENROUTER = 'openrouter';

const price = z.string('a price as a decimal text').refine(isDecimal, 'a price as a decimal text');
const lines = {
  prompt: price.nullish(),
  completion: price.nullish(),
  request: price.nullish(),
  image: price.nullish(),
  web_search: price.nullish(),
  internal_reasoning: price.nullish(),
  input_cache_read: price.nullish(),
  input_cache_write: price.nullish(),
  input_cache_write_1h: price.nullish(),
};
const hhmm = z.number().int().min(0).max(2400);
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const override = z.looseObject({
  min_prompt_tokens: z.number().int().nonnegative().nullish(),
  utc_start: hhmm.nullish(),
  utc_end: hhmm.nullish(),
  utc_days: z.array(z.union([z.enum(DAYS), z.number().int().min(0).max(6)])).nullish(),
  ...lines,
});
/** A price list of this vendor; more overrides than that are no price list. */
export const Pricing = z.looseObject({
  ...lines,
  prompt: price,
  completion: price,
  overrides: z.array(override).max(50).nullish(),
});
const count = z.number().int().positive().nullish().catch(null);
const index = z.number().nullish().catch(null);

/** Only what is used is named, everything else passes. The keys without `nullish` are those that make a row a model. */
const Row = z.looseObject({
  id: z.string().min(1),
  name: z.string().nullish(),
  canonical_slug: z.string().nullish().catch(null),
  context_length: z.number().nullable(),
  architecture: z.looseObject({
    input_modalities: z.array(z.string()).nullish(),
    output_modalities: z.array(z.string()).nullish(),
  }),
  pricing: Pricing,
  top_provider: z.looseObject({ max_completion_tokens: count }).nullish(),
  supported_parameters: z.array(z.string()),
  expiration_date: z.string().nullish(),
  alias_target: z.unknown().optional(),
  reasoning: z
    .looseObject({ mandatory: z.boolean().nullish(), supported_efforts: z.array(z.string()).nullish() })
    .nullish(),
  benchmarks: z
    .looseObject({
      artificial_analysis: z
        .looseObject({ intelligence_index: index, coding_index: index, agentic_index: index })
        .nullish(),
    })
    .nullish()
    .catch(null),
});
type Row = z.infer<typeof Row>;

const Envelope = z.looseObject({
  data: z.array(z.looseObject({ id: z.string() })).min(1),
  links: z.looseObject({ next: z.string().nullish() }).nullish().catch(null),
});
/** More unreadable rows than this share mean that the shape has changed, not that some rows are bad. */
const MOST_MALFORMED = 0.1;

/** @throws FeedRefused when this is not a list of models */
export function readOpenRouterModels(body: unknown, at: string): FeedReading {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) {
    throw new FeedRefused(OPENROUTER, `not a list of models: ${problemOf(envelope.error)}`);
  }
  if (envelope.data.links?.next) {
    throw new FeedRefused(
      OPENROUTER,
      'it came in pages, which it does only when asked to: a part must not pass for the whole',
    );
  }
  const rows: FeedModel[] = [];
  const unreadable: { id: string; problem: string }[] = [];
  for (const raw of envelope.data.data) {
    const row = Row.safeParse(raw);
    if (row.success) rows.push(toFeedModel(row.data, raw));
    else unreadable.push({ id: raw.id, problem: problemOf(row.error) });
  }
  const total = envelope.data.data.length;
  const { models, malformed } = collectRows(rows, unreadable);
  if (malformed.length > total * MOST_MALFORMED) {
    const [first] = malformed;
    throw new FeedRefused(
      OPENROUTER,
      `${malformed.length} of ${total} rows are not readable (${first?.id}: ${first?.problem}): its shape has changed`,
    );
  }
  return { source: OPENROUTER, at, models, malformed, count: total };
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join('.') || 'the answer'}: ${issue.message}` : 'unreadable';
}

const NESTED = ['pricing', 'top_provider', 'architecture'];

function toFeedModel(row: Row, raw: Readonly<Record<string, unknown>>): FeedModel {
  const kind = kindOf(row);
  return {
    id: row.id,
    kind,
    free: row.id.endsWith(':free'),
    prices: kind === 'router' ? undefined : toPrices(row.pricing),
    details: toDetails(row),
    expiresOn: row.expiration_date ?? undefined,
    rating: toRating(row),
    fields: fieldsOf(raw, NESTED),
  };
}

/** By price and form, not by name: the lists of routers and aliases are never complete. */
function kindOf({ id, pricing, alias_target, architecture }: Row): FeedKind {
  if (isNegative(pricing.prompt) || isNegative(pricing.completion)) return 'router';
  if (id.startsWith('~') || (alias_target !== undefined && alias_target !== null)) return 'alias';
  if (id.endsWith(':batch')) return 'batch';
  const outputs = architecture.output_modalities;
  return outputs && !outputs.includes('text') ? 'not_chat' : 'model';
}

function isNegative(text: string): boolean {
  return parseDecimal(text).coefficient < 0n;
}

type Lines = { readonly [key in keyof typeof lines]?: string | null | undefined };

/** Until 2026 absent prices were written as "0". */
export function toPrices(pricing: Row['pricing']): Prices {
  const overrides = (pricing.overrides ?? []).map(toOverride);
  return statedPrices({ ...toLines(pricing), ...(overrides.length > 0 ? { overrides } : {}) });
}

function toLines(given: Lines): Omit<Prices, 'overrides'> {
  return dropEmpty({
    input: given.prompt,
    output: given.completion,
    cachedInput: given.input_cache_read,
    cacheWrite5m: given.input_cache_write,
    cacheWrite1h: given.input_cache_write_1h,
    reasoning: given.internal_reasoning,
    image: given.image,
    webSearch: given.web_search,
    request: given.request,
  });
}

function toOverride(given: z.infer<typeof override>): PriceOverride {
  const days = given.utc_days?.map((day) => (typeof day === 'number' ? day : DAYS.indexOf(day)));
  return dropEmpty({
    minPromptTokens: given.min_prompt_tokens,
    utcStart: given.utc_start,
    utcEnd: given.utc_end,
    utcDays: days?.toSorted((a, b) => a - b),
    ...toLines(given),
  });
}

function toDetails(row: Row): Partial<ModelDetails> {
  const has = (parameter: string) => row.supported_parameters.includes(parameter);
  const [author] = row.id.replace(/^~/, '').split('/');
  return dropEmpty({
    displayName: row.name ?? undefined,
    author,
    openrouterId: row.id,
    canonicalSlug: row.canonical_slug ?? undefined,
    contextTokens: row.context_length !== null && row.context_length > 0 ? row.context_length : undefined,
    maxOutputTokens: row.top_provider?.max_completion_tokens ?? undefined,
    abilities: {
      tools: has('tools'),
      jsonSchema: has('structured_outputs'),
      jsonMode: has('response_format') || has('structured_outputs'),
      reasoning: has('reasoning') || has('include_reasoning'),
      ...(row.architecture.input_modalities ? { vision: row.architecture.input_modalities.includes('image') } : {}),
    },
    efforts: row.reasoning ? toEfforts(row.reasoning) : undefined,
  });
}

/** `supported_efforts` null = every one; `mandatory` = it cannot answer without thinking. Words that we do not know are left out. */
function toEfforts({ mandatory, supported_efforts }: NonNullable<Row['reasoning']>): Effort[] | undefined {
  if (!supported_efforts) return undefined;
  const named = EFFORTS.filter((effort) => supported_efforts.includes(effort) || (effort === 'none' && !mandatory));
  const efforts = mandatory ? named.filter((effort) => effort !== 'none') : named;
  return efforts.length > 0 ? efforts : undefined;
}

function toRating({ benchmarks }: Row): Rating | undefined {
  const found = benchmarks?.artificial_analysis;
  if (!found) return undefined;
  const rating = dropEmpty({
    intelligence: measured(found.intelligence_index),
    coding: measured(found.coding_index),
    agentic: measured(found.agentic_index),
  });
  return Object.keys(rating).length > 0 ? rating : undefined;
}

/** 0 means that nobody measured it. */
function measured(value: number | null | undefined): number | undefined {
  return value === null || value === undefined || value <= 0 ? undefined : value;
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined | null> };

/** Absent, not null or undefined: events know no other word for "not known". */
export function dropEmpty<T extends object>(value: T): Partial<Present<T>> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined && item !== null)) as Partial<
    Present<T>
  >;
}
