// Shutdowns that providers have announced, from the calendar of models.yaml, and what people are told before and on the day. Pure.
import type { AlertSettings, CalendarEntry } from '../../src/config/syncSchema.ts';
import type { Catalog, CatalogModel } from '../../src/domain/catalog.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import type { Staleness } from '../../src/readmodels/feedAges.ts';
import type { AlertDraft } from './feedPlan.ts';
import { hasVanished } from './planPresence.ts';

export const CALENDAR = 'calendar';
const DAY_MS = 86_400_000;

/** The calendar wins over what a feed says; what a person has said by an override wins over the calendar. */
export function planCalendar(
  catalog: Catalog,
  calendar: readonly CalendarEntry[],
  change: { readonly at: string; readonly by: string },
): DomainEvent[] {
  const listed = new Set(calendar.map(({ model }) => model));
  const announced = calendar.flatMap((entry): DomainEvent[] => {
    const model = catalog.models.get(entry.model);
    const effectiveAt = `${entry.on}T00:00:00.000Z`;
    if (!model || model.deprecation?.source === 'manual') return [];
    const { deprecation } = model;
    // What a feed has found out stands where the calendar names none; what the calendar named before goes with its entry.
    const found = deprecation?.source === CALENDAR ? undefined : deprecation?.replacement;
    const replacement = entry.replacement ?? model.details.replacement ?? found ?? null;
    const isKnown = deprecation?.at === effectiveAt && (deprecation.replacement ?? null) === replacement;
    // What is gone already does not live until the day that was announced.
    const isGone = hasVanished(model) && Date.parse(effectiveAt) > Date.parse(change.at);
    if (isKnown || isGone) return [];
    const reason = `the provider shuts it down on ${entry.on}${entry.note === undefined ? '' : ` (${entry.note})`}`;
    const data = { modelId: model.id, source: CALENDAR, ...change, reason, effectiveAt, replacement };
    return [{ type: 'ModelDeprecated', data }];
  });
  const takenBack = [...catalog.models.values()].flatMap((model): DomainEvent[] =>
    model.deprecation?.source === CALENDAR && !listed.has(model.id)
      ? [
          {
            type: 'ModelReinstated',
            data: { modelId: model.id, source: CALENDAR, ...change, reason: 'the calendar does not list it any more' },
          },
        ]
      : [],
  );
  return [...announced, ...takenBack];
}

/** The kinds below: states that end when the day moves or its time is over. */
export const SHUTDOWN_KINDS = ['shutdown_near', 'shutdown_passed'] as const;

/** One alert a model and date when its end is near, and one when the day has come. */
export function shutdownAlerts(catalog: Catalog, settings: AlertSettings, now: number): AlertDraft[] {
  return [...catalog.models.values()].flatMap((model) => alertFor(model, settings, now));
}

function alertFor(
  { id, details, deprecation }: CatalogModel,
  { shutdown_within_days: days }: AlertSettings,
  now: number,
): AlertDraft[] {
  if (!deprecation || !details.enabled) return [];
  const left = Date.parse(deprecation.at) - now;
  // What ended long ago is no news.
  if (left > days * DAY_MS || left < -7 * DAY_MS) return [];
  const instead = deprecation.replacement === undefined ? '' : `; instead: ${deprecation.replacement}`;
  const [kind, when] =
    left > 0 ? ['shutdown_near', `ends in ${Math.ceil(left / DAY_MS)} days`] : ['shutdown_passed', 'has ended'];
  const message = `${id} ${when} (${deprecation.at.slice(0, 10)}): ${deprecation.reason}${instead}`;
  return [{ kind, subject: id, message, quietHours: 24, key: deprecation.at, isState: true }];
}

export function staleAlerts(stale: readonly Staleness[]): AlertDraft[] {
  return stale.map(({ source, what, hours, limit }) => ({
    kind: 'feed_stale',
    subject: source,
    message: `${what} of ${source} were last read ${hours} h ago, the limit is ${limit} h: see the runs of the jobs`,
    quietHours: 24,
    key: '',
  }));
}
