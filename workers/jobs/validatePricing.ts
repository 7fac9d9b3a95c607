// The daily check of every active model's price against other sources: a report, and one alert for what differs. Changes nothing.
import { foldCatalog } from '../../src/domain/foldCatalog.ts';
import { isoTime } from '../../src/platform/clock.ts';
import { readCatalogEvents } from '../applyPlan.ts';
import type { Job, JobTools } from '../job.ts';
import { opinionsFrom } from '../opinions.ts';
import { readPrevious, readFeed } from '../readFeed.ts';
import { endStates, keepAlerts } from '../records/alerts.ts';
import { type ValidationRow, validatePrices, validationAlerts } from '../rules/validatePrices.ts';
import type { FeedReading } from '../sources/feedReading.ts';
import { modelsDevFeed, openRouterFeed } from '../sources/places.ts';

const SHOWN = 50;
/** A reading that the sync has just made need not be made again. */
const FRESH_MS = 3_600_000;

export const validatePricing: Job<'validatePricing'> = {
  timeoutMs: 180_000,
  isFrequent: false,
  async run(tools, { signal, dryRun, progress }) {
    const { postgres, clock, random } = tools;
    const file = tools.models();
    await progress('reading the second sources');
    const [openrouter, modelsDev] = [
      await readSecond(tools, 'openrouter', signal),
      await readSecond(tools, 'modelsDev', signal),
    ];
    const now = clock.now();
    const at = new Date(now);
    const catalog = foldCatalog(await readCatalogEvents(tools));
    const offsets = file.sync.validation.offsets;
    const known = {
      openrouter: openrouter.reading,
      modelsDev: modelsDev.reading,
      authorPrices: new Map(),
      offsets,
      at,
    };
    const rows = validatePrices(
      catalog,
      (id) => {
        const model = catalog.models.get(id);
        return model ? opinionsFrom(known, '')(model).filter(({ source }) => source !== model.priceSource) : [];
      },
      file.sync.validation,
      now,
    );
    const alerts = validationAlerts(rows);
    const raised = dryRun ? alerts.length : await keepAlerts(postgres, random, alerts, isoTime(now));
    if (!dryRun) await endStates(postgres, ['prices_differ'], alerts, isoTime(now));
    const count = (verdict: ValidationRow['verdict']) => rows.filter((row) => row.verdict === verdict).length;
    return {
      agrees: count('agrees'),
      differs: count('differs'),
      unverified: count('unverified'),
      differences: rows.filter(({ verdict }) => verdict === 'differs').slice(0, SHOWN),
      alerts: raised,
      sources_away: [openrouter, modelsDev].flatMap(({ problem }) => problem ?? []),
    };
  },
};

/** The last reading when it is fresh, else a new one, else the last one however old: a check by an old list says so. */
async function readSecond(
  tools: JobTools,
  name: 'openrouter' | 'modelsDev',
  signal: AbortSignal,
): Promise<{ reading: FeedReading | undefined; problem?: string }> {
  const feed = name === 'openrouter' ? openRouterFeed(tools.places) : modelsDevFeed(tools.places);
  const previous = await readPrevious(tools, feed);
  if (previous && tools.clock.now() - Date.parse(previous.at) < FRESH_MS) return { reading: previous };
  try {
    const options = { signal, leastSharePercent: 80, acceptShrunk: false, keep: false };
    return { reading: (await readFeed(tools, feed, options)).reading };
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return { reading: previous, problem: previous ? `${why} (checked against the reading of ${previous.at})` : why };
  }
}
