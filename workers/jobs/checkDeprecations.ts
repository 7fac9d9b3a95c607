// Ends of models: the calendar of models.yaml into the catalog, and alerts before and on the day; and feeds that have not been read.
import type { Catalog } from '../../src/domain/catalog.ts';
import { foldCatalog } from '../../src/domain/foldCatalog.ts';
import { isoTime } from '../../src/platform/clock.ts';
import { type FollowedModel, findStale, readFeedAges, usedFeeds } from '../../src/readmodels/feedAges.ts';
import { applyPlan, readCatalogEvents } from '../applyPlan.ts';
import type { Job } from '../job.ts';
import { endStates, keepAlerts } from '../records/alerts.ts';
import { foldHistory } from '../rules/history.ts';
import { SHUTDOWN_KINDS, planCalendar, shutdownAlerts, staleAlerts } from '../rules/planDeprecations.ts';

const JOB = 'job:checkDeprecations';

export const checkDeprecations: Job<'checkDeprecations'> = {
  timeoutMs: 60_000,
  isFrequent: false,
  async run(tools, { dryRun }) {
    const { postgres, clock, random } = tools;
    const { deprecation, alerts: settings } = tools.models();
    const now = clock.now();
    const at = isoTime(now);
    const plan = (events: Parameters<typeof foldCatalog>[0]) =>
      planCalendar(foldCatalog(events), deprecation.calendar, { at, by: JOB });
    const planned = dryRun ? plan(await readCatalogEvents(tools)).length : await applyPlan(tools, plan);
    const events = await readCatalogEvents(tools);
    const catalog = foldCatalog(events);
    const used = usedFeeds(followed(catalog), tools.places.artificialAnalysis.apiKey !== undefined);
    const stale = findStale(await readFeedAges(postgres), used, foldHistory(events).beganAt, settings, now);
    const alerts = [...shutdownAlerts(catalog, settings, now), ...staleAlerts(stale)];
    const raised = dryRun ? alerts.length : await keepAlerts(postgres, random, alerts, at);
    if (!dryRun) await endStates(postgres, SHUTDOWN_KINDS, alerts, at);
    const ended = [...catalog.models.values()].filter((model) => model.deprecation);
    return {
      events: planned,
      deprecated: ended.length,
      ended: ended.filter((model) => model.deprecation && Date.parse(model.deprecation.at) <= now).length,
      stale,
      unknown_in_calendar: deprecation.calendar.map(({ model }) => model).filter((id) => !catalog.models.has(id)),
      alerts: raised,
    };
  },
};

function followed(catalog: Catalog): FollowedModel[] {
  return [...catalog.models.values()]
    .filter(({ details }) => details.enabled)
    .map(({ provider, details }) => ({
      provider,
      syncSource: details.syncSource,
      isListed: details.openrouterId !== undefined,
    }));
}
