// Who else knows the price of a model: the author's own endpoint, models.dev, genai-prices, and OpenRouter's headline for direct ones.
import type { CatalogModel } from '../src/domain/catalog.ts';
import type { ValidationSettings } from '../src/config/syncSchema.ts';
import type { Prices } from '../src/domain/prices.ts';
import type { Opinion } from '../src/domain/priceChanges.ts';
import type { FeedReading } from './sources/feedReading.ts';
import { GENAI_PRICES, genaiPriceOf } from './sources/genaiPrices.ts';
import { MODELS_DEV } from './sources/modelsDev.ts';
import { OPENROUTER_AUTHOR } from './sources/openrouterEndpoints.ts';
import { OPENROUTER } from './sources/openrouterModels.ts';

export type KnownElsewhere = {
  readonly openrouter: FeedReading | undefined;
  readonly modelsDev: FeedReading | undefined;
  /** By OpenRouter's id. */
  readonly authorPrices: ReadonlyMap<string, Prices>;
  readonly offsets: ValidationSettings['offsets'];
  readonly at: Date;
};

/** OpenRouter's authors whose provider has another name elsewhere: facts of October 2026. */
const IN_MODELS_DEV: Readonly<Record<string, string>> = {
  'z-ai': 'zai',
  qwen: 'alibaba',
  mistralai: 'mistral',
  'x-ai': 'xai',
};
const IN_GENAI: Readonly<Record<string, string>> = { mistralai: 'mistral', 'z-ai': 'z-ai', qwen: 'alibaba' };

/** A source's opinion on itself is not asked for: `but` leaves it out. */
export function opinionsFrom(known: KnownElsewhere, but: string): (model: CatalogModel) => readonly Opinion[] {
  return (model) => {
    const all = model.provider === 'openrouter' ? onRouted(model, known) : onDirect(model, known);
    return all.filter(({ source }) => source !== but);
  };
}

function onRouted({ id, modelName }: CatalogModel, known: KnownElsewhere): Opinion[] {
  const [author = '', slug = ''] = modelName.split('/');
  // A variant is another product: nobody else sells it under that price.
  if (modelName.includes(':')) return [];
  const names = [slug, slug.replaceAll('.', '-')];
  const provider = IN_MODELS_DEV[author] ?? author;
  const listed = names.map((name) => known.modelsDev?.models.get(`${provider}/${name}`)).find(Boolean);
  const genai = names.map((name) => genaiPriceOf(IN_GENAI[author] ?? author, name, known.at)).find(Boolean);
  return [
    opinion(known, id, OPENROUTER_AUTHOR, known.authorPrices.get(modelName)),
    opinion(known, id, MODELS_DEV, listed?.prices, listed?.details.contextTokens),
    opinion(known, id, GENAI_PRICES, genai),
  ].flatMap((one) => one ?? []);
}

function onDirect({ id, provider, modelName, details }: CatalogModel, known: KnownElsewhere): Opinion[] {
  const listed = known.modelsDev?.models.get(`${provider}/${modelName}`);
  const headline = details.openrouterId === undefined ? undefined : known.openrouter?.models.get(details.openrouterId);
  const author = details.openrouterId === undefined ? undefined : known.authorPrices.get(details.openrouterId);
  // Another host sells the open models: OpenRouter's price is not Groq's.
  const isAuthor = provider !== 'groq';
  return [
    opinion(known, id, MODELS_DEV, listed?.prices, listed?.details.contextTokens),
    opinion(known, id, GENAI_PRICES, genaiPriceOf(provider, modelName, known.at)),
    isAuthor ? opinion(known, id, OPENROUTER_AUTHOR, author) : undefined,
    isAuthor ? opinion(known, id, OPENROUTER, headline?.prices, headline?.details.contextTokens) : undefined,
  ].flatMap((one) => one ?? []);
}

function opinion(
  { offsets }: KnownElsewhere,
  model: string,
  source: string,
  prices: Prices | undefined,
  contextTokens?: number,
): Opinion | undefined {
  if (!prices && contextTokens === undefined) return undefined;
  const meant = offsets.find((offset) => offset.model === model && offset.source === source);
  return { source, prices, contextTokens, ...(meant ? { percent: meant.percent } : {}) };
}
