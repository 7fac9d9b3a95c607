// The report of a reading, row by row: every field that the feed changed, with the verdict of the unit that it belongs to. Pure.
import type { FeedModel } from '../sources/feedReading.ts';
import type { Row } from './feedPlan.ts';
import type { Judgement } from './judgePrices.ts';

const KEPT_PRICES: ReadonlySet<string> = new Set(
  [
    'prompt',
    'completion',
    'request',
    'image',
    'web_search',
    'internal_reasoning',
    'input_cache_read',
    'input_cache_write',
    'input_cache_write_1h',
    'overrides',
  ].map((key) => `pricing.${key}`),
);

const UNITS: Readonly<Record<string, string>> = {
  context_length: 'contextTokens',
  'top_provider.max_completion_tokens': 'maxOutputTokens',
  supported_parameters: 'abilities',
  reasoning: 'abilities',
  'architecture.input_modalities': 'abilities',
  expiration_date: 'expiration',
  canonical_slug: 'canonical',
  'limit.context': 'contextTokens',
  'limit.output': 'maxOutputTokens',
};
/** Fields whose changes mean nothing for routing or are told elsewhere. */
const RULES: Readonly<Record<string, string>> = {
  benchmarks: 'rating_feed',
  'top_provider.context_length': 'not_kept',
  'top_provider.is_moderated': 'not_kept',
};

export function changedFields(
  before: FeedModel,
  after: FeedModel,
): { field: string; old: string | null; new: string | null }[] {
  const fields = new Set([...before.fields.keys(), ...after.fields.keys()]);
  return [...fields]
    .map((field) => ({ field, old: before.fields.get(field) ?? null, new: after.fields.get(field) ?? null }))
    .filter((change) => change.old !== change.new);
}

/** Rows of a model that both readings have. */
export function rowsOf(before: FeedModel, after: FeedModel, judgements: ReadonlyMap<string, Judgement>): Row[] {
  return changedFields(before, after).map((change) => ({
    id: after.id,
    ...change,
    ...verdictOf(change, judgements),
    inFeed: true,
  }));
}

/** Rows of what is decided although the feed has not moved: the catalog lagged behind it. */
export function carriedRows(id: string, rows: readonly Row[], judgements: ReadonlyMap<string, Judgement>): Row[] {
  const told = new Set(rows.map(({ field }) => unitOfField(field)));
  return [...judgements].flatMap(([unit, { verdict, rule, reason }]) =>
    verdict === 'same' || verdict === 'ignored' || told.has(unit)
      ? []
      : [{ id, field: unit, old: null, new: reason || null, verdict, rule, inFeed: false }],
  );
}

function verdictOf(
  { field, old, new: fresh }: { field: string; old: string | null; new: string | null },
  judgements: ReadonlyMap<string, Judgement>,
): Pick<Row, 'verdict' | 'rule'> {
  if (field.startsWith('pricing.')) {
    if (!KEPT_PRICES.has(field)) return ignored('not_kept');
    if (isNothing(old) && isNothing(fresh) && !/\.(prompt|completion)$/.test(field)) return ignored('absent_is_zero');
  }
  const rule = RULES[field];
  if (rule) return ignored(rule);
  const unit = unitOfField(field);
  if (unit === undefined) return ignored('noise');
  const judgement = judgements.get(unit);
  if (!judgement) return ignored('not_kept');
  return judgement.verdict === 'same'
    ? ignored(judgement.rule === 'same' ? 'as_catalog' : judgement.rule)
    : { verdict: judgement.verdict, rule: judgement.rule };
}

function ignored(rule: string): Pick<Row, 'verdict' | 'rule'> {
  return { verdict: 'ignored', rule };
}

function unitOfField(field: string): string | undefined {
  return /^(pricing|cost)\./.test(field) ? 'prices' : UNITS[field];
}

function isNothing(text: string | null): boolean {
  return text === null || text === '"0"';
}
