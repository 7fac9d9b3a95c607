// Prices, limits, abilities and ends of models: OpenRouter's list for what is routed through it, models.dev for direct providers, each
// the other's check. One append a run; what a feed that failed would have said stays as it was.
import type { ModelsFile } from '../../src/config/schema.ts';
import { toModelWish } from '../../src/config/toModelWish.ts';
import { modelId } from '../../src/domain/catalog.ts';
import type { ModelWish } from '../../src/domain/catalogChanges.ts';
import type { Revised } from '../../src/domain/foldCatalog.ts';
import type { Prices } from '../../src/domain/prices.ts';
import { isoTime } from '../../src/platform/clock.ts';
import { readFeedAges } from '../../src/readmodels/feedAges.ts';
import { applyPlan, readCatalogEvents } from '../applyPlan.ts';
import { finishInterrupted, finishReadings, preparePending } from '../finishReadings.ts';
import type { Job, JobContext, JobTools, Summary } from '../job.ts';
import { PartlyDone } from '../partlyDone.ts';
import { type PricingFeeds, type PricingPlan, planPricing } from '../planPricing.ts';
import { type Read, readFeed } from '../readFeed.ts';
import { keepAlerts } from '../records/alerts.ts';
import { withRunLock } from '../records/runLock.ts';
import { readSightings } from '../records/sightings.ts';
import { refusalAlerts } from '../refusalAlerts.ts';
import { reportOf } from '../reportOf.ts';
import type { Row } from '../rules/feedPlan.ts';
import { FeedRefused } from '../sources/feedReading.ts';
import { fetchFeed, parseFeed } from '../sources/fetchFeed.ts';
import { MODELS_DEV } from '../sources/modelsDev.ts';
import { readAuthorPrice } from '../sources/openrouterEndpoints.ts';
import { OPENROUTER } from '../sources/openrouterModels.ts';
import { modelsDevFeed, openRouterFeed, openRouterHeaders } from '../sources/places.ts';

export const PRICE_SOURCES = [OPENROUTER, MODELS_DEV] as const;
const JOB = 'job:syncPricing';
/** Authors that are asked in one run: a bad day changes a hundred prices, and each is a request. */
const MOST_AUTHORS = 25;
const AUTHOR_TIMEOUT_MS = 10_000;

export type PricingRun = { readonly summary: Summary; readonly rows: readonly Row[] };

export const syncPricing: Job<'syncPricing'> = {
  timeoutMs: 300_000,
  isFrequent: false,
  run: async (tools, context) => (await runSyncPricing(tools, context)).summary,
};

/** @throws PartlyDone when one of the feeds failed; the other one's changes are in the catalog */
export async function runSyncPricing(tools: JobTools, context: JobContext<'syncPricing'>): Promise<PricingRun> {
  return await withRunLock(tools, 'syncPricing', context.signal, async (signal) => {
    const file = tools.models();
    const { postgres, random, clock } = tools;
    if (!context.dryRun) await finishInterrupted(tools, PRICE_SOURCES, JOB);
    await context.progress('reading the feeds');
    const { reads, failures } = await readFeeds(tools, { ...context, signal }, file);
    if (!context.dryRun) await keepAlerts(postgres, random, refusalAlerts(failures), isoTime(clock.now()));
    if (reads.length === 0) throw new PartlyDone({ sources: {} }, failures);
    const feeds = await openFeeds(tools, context.data, file, reads);
    const first = planPricing(await readCatalogEvents(tools), feeds);
    await context.progress(`asking ${Math.min(first.doubtful.length, MOST_AUTHORS)} authors`);
    const authorPrices = await askAuthors(tools, first.doubtful, signal);
    const asked: PricingFeeds = { ...feeds, authorPrices };
    const run = context.dryRun
      ? planPricing(await readCatalogEvents(tools), asked)
      : await apply(tools, context, reads, asked);
    const summary = {
      ...reportOf(run.rows),
      events: run.events.length,
      sources: describeReads(reads),
      alerts: run.alerts.length,
    };
    if (failures.length > 0) throw new PartlyDone(summary, failures);
    return { summary, rows: run.rows };
  });
}

async function readFeeds(tools: JobTools, { signal, data, dryRun }: JobContext<'syncPricing'>, file: ModelsFile) {
  const options = {
    signal,
    leastSharePercent: file.sync.pricing.least_share_percent,
    acceptShrunk: data.acceptShrunk,
    keep: !dryRun,
  };
  const results = await Promise.allSettled(
    [openRouterFeed(tools.places), modelsDevFeed(tools.places)].map((feed) => readFeed(tools, feed, options)),
  );
  signal.throwIfAborted();
  const reads = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []));
  return { reads, failures };
}

async function openFeeds(
  tools: JobTools,
  { acceptShrunk }: JobContext<'syncPricing'>['data'],
  file: ModelsFile,
  reads: readonly Read[],
): Promise<PricingFeeds> {
  const { postgres, clock } = tools;
  const ages = await readFeedAges(postgres);
  const rated = ages.find(({ source }) => source === 'artificialanalysis')?.takenAt.getTime();
  const freshMs = file.sync.ratings.fresh_days * 86_400_000;
  return {
    acceptShrunk,
    openrouter: reads.find(({ reading }) => reading.source === OPENROUTER),
    modelsDev: reads.find(({ reading }) => reading.source === MODELS_DEV),
    sightings: new Map([
      [OPENROUTER, await readSightings(postgres, OPENROUTER)],
      [MODELS_DEV, await readSightings(postgres, MODELS_DEV)],
    ]),
    authorPrices: new Map(),
    overrides: overridesOf(file),
    file,
    areRatingsFresh: rated !== undefined && clock.now() - rated < freshMs,
    by: JOB,
  };
}

export function overridesOf(file: ModelsFile): ReadonlyMap<string, ModelWish> {
  return new Map(file.overrides.map((entry) => [modelId(entry.provider, entry.model_name), toModelWish(entry)]));
}

/** Who does not answer, or does not serve its own model, has no say: the change waits. */
async function askAuthors(tools: JobTools, ids: readonly string[], signal: AbortSignal): Promise<Map<string, Prices>> {
  const { places, logger, clock } = tools;
  const prices = new Map<string, Prices>();
  for (const id of ids.slice(0, MOST_AUTHORS)) {
    const url = `${places.openrouter.baseUrl}/models/${id}/endpoints`;
    try {
      const headers = openRouterHeaders(places);
      const body = await fetchFeed({
        source: OPENROUTER,
        url,
        headers,
        signal,
        timeoutMs: AUTHOR_TIMEOUT_MS,
        now: clock.now(),
      });
      const price = readAuthorPrice(parseFeed(OPENROUTER, body), id);
      if (price) prices.set(id, price);
    } catch (error) {
      signal.throwIfAborted();
      logger.debug('an author price could not be read', { id, error });
      // A feed that asks to be left alone is.
      if (error instanceof FeedRefused && error.retryAt !== undefined) break;
    }
  }
  return prices;
}

async function apply(
  tools: JobTools,
  { progress }: JobContext,
  reads: readonly Read[],
  feeds: PricingFeeds,
): Promise<PricingPlan> {
  let outcome = planPricing(await readCatalogEvents(tools), feeds);
  await preparePending(tools, reads, outcome, JOB);
  await progress(`appending ${outcome.events.length} events`);
  await applyPlan(tools, (events: readonly Revised[], part) => {
    const plan = planPricing(events, feeds);
    if (part === 0) outcome = plan;
    return plan.events;
  });
  await finishReadings(tools, reads, outcome);
  return outcome;
}

function describeReads(reads: readonly Read[]): Summary {
  return Object.fromEntries(
    reads.map(({ reading }) => [reading.source, { rows: reading.count, unreadable: reading.malformed.slice(0, 20) }]),
  );
}
