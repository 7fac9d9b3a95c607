// The daily check: the price of every active model against what others say. Missing elsewhere is unverified, not wrong. Pure.
import type { ValidationSettings } from '../../src/config/syncSchema.ts';
import type { Catalog, CatalogModel } from '../../src/domain/catalog.ts';
import { fingerprintOf, perMillion } from '../../src/domain/comparePrices.ts';
import { type Opinion, type SharedLine, differencePercent, sharedLines } from '../../src/domain/priceChanges.ts';
import type { PriceLine } from '../../src/domain/prices.ts';
import type { AlertDraft } from './feedPlan.ts';

export type ValidationRow = {
  readonly model: string;
  readonly source: string | null;
  readonly verdict: 'agrees' | 'differs' | 'unverified';
  /** Ours over theirs, of the line that differs most. */
  readonly percent: number | null;
  readonly line: string | null;
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
  const rows = opinions.flatMap((opinion): ValidationRow[] => {
    const shared = prices && opinion.prices ? sharedLines(prices, opinion.prices) : [];
    // Who does not know both has not looked at this model's price.
    if (!['input', 'output'].every((line) => shared.some(({ name }) => name === line))) return [];
    const meant = offsets.find((offset) => offset.model === id && offset.source === opinion.source)?.percent ?? 0;
    const compared = shared.map((one) => ({ ...one, percent: percentOf(one) - meant }));
    const worst = compared.reduce((a, b) => (Math.abs(b.percent) > Math.abs(a.percent) ? b : a));
    const verdict = Math.abs(worst.percent) > threshold ? 'differs' : 'agrees';
    const percent = Math.round(worst.percent * 100) / 100;
    const isPlain = worst.name === 'input' || worst.name === 'output';
    const [ours, theirs] = isPlain
      ? [say(prices), say(opinion.prices)]
      : [sayLine(worst, worst.ours), sayLine(worst, worst.theirs)];
    return [{ model: id, source: opinion.source, verdict, percent, line: worst.name, ours, theirs }];
  });
  return rows.length > 0
    ? rows
    : [{ model: id, source: null, verdict: 'unverified', percent: null, line: null, ours: say(prices), theirs: null }];
}

/** Something where they have nothing is as far off as can be. */
function percentOf({ ours, theirs }: SharedLine): number {
  return differencePercent(theirs, ours) ?? 100_000;
}

const EACH: ReadonlySet<PriceLine> = new Set(['request', 'image', 'webSearch']);

function sayLine({ line, name }: SharedLine, price: string): string {
  return EACH.has(line) ? `${name} ${price} each` : `${name} ${perMillion(price)}`;
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
