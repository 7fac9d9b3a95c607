// The daily check: the price of every active model against what others say. Missing elsewhere is unverified, not wrong. Pure.
import type { ValidationSettings } from '../../src/config/syncSchema.ts';
import type { Catalog, CatalogModel } from '../../src/domain/catalog.ts';
import { fingerprintOf, perMillion } from '../../src/domain/comparePrices.ts';
import { type Opinion, differencePercent } from '../../src/domain/priceChanges.ts';
import type { AlertDraft } from './feedPlan.ts';

export type ValidationRow = {
  readonly model: string;
  readonly source: string | null;
  readonly verdict: 'agrees' | 'differs' | 'unverified';
  /** Ours over theirs; the larger of input and output. */
  readonly percent: number | null;
  readonly ours: string;
  readonly theirs: string | null;
};

/** The rows that differ most come first. */
export function validatePrices(
  catalog: Catalog,
  opinionsOf: (modelId: string) => readonly Opinion[],
  settings: ValidationSettings,
  now: number,
): ValidationRow[] {
  return [...catalog.models.values()]
    .filter((model) => isActive(model, now))
    .flatMap((model) => validate(model, opinionsOf(model.id), settings))
    .toSorted((a, b) => Math.abs(b.percent ?? -1) - Math.abs(a.percent ?? -1) || (a.model < b.model ? -1 : 1));
}

function isActive({ details, deprecation }: CatalogModel, now: number): boolean {
  return details.enabled && !(deprecation && Date.parse(deprecation.at) <= now);
}

function validate(
  { id, prices }: CatalogModel,
  opinions: readonly Opinion[],
  { threshold_percent: threshold, offsets }: ValidationSettings,
): ValidationRow[] {
  const ours = say(prices);
  const rows = opinions.flatMap((opinion): ValidationRow[] => {
    const input = differencePercent(opinion.prices?.input, prices?.input);
    const output = differencePercent(opinion.prices?.output, prices?.output);
    if (input === undefined || output === undefined) return [];
    const meant = offsets.find((offset) => offset.model === id && offset.source === opinion.source)?.percent ?? 0;
    const percent = [input - meant, output - meant].reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    const verdict = Math.abs(percent) > threshold ? 'differs' : 'agrees';
    const rounded = Math.round(percent * 100) / 100;
    return [{ model: id, source: opinion.source, verdict, percent: rounded, ours, theirs: say(opinion.prices) }];
  });
  return rows.length > 0
    ? rows
    : [{ model: id, source: null, verdict: 'unverified', percent: null, ours, theirs: null }];
}

function say(prices: Opinion['prices']): string {
  return `${perMillion(prices?.input)} / ${perMillion(prices?.output)}`;
}

/** One alert for all differences; the same differences are not told again. */
export function validationAlerts(rows: readonly ValidationRow[]): AlertDraft[] {
  const differing = rows.filter(({ verdict }) => verdict === 'differs');
  if (differing.length === 0) return [];
  const shown = differing
    .slice(0, 5)
    .map((row) => `${row.model}: ${row.ours} here, ${row.theirs ?? ''} at ${row.source ?? ''} (${row.percent ?? 0} %)`)
    .join('; ');
  const more = differing.length > 5 ? '; …' : '';
  const message = `${differing.length} prices differ from another source (input / output, USD per million tokens): ${shown}${more}`;
  const key = fingerprintOf(differing.map(({ model, source, ours, theirs }) => [model, source, ours, theirs]));
  return [{ kind: 'prices_differ', subject: 'catalog', message, quietHours: 24, key, isState: true }];
}
