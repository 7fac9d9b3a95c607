// Ratings from ArtificialAnalysis: all pages of one index version as one generation, joined by id through the mapping of models.yaml.
import { isoTime } from '../../src/platform/clock.ts';
import type { Rating } from '../../src/domain/catalog.ts';
import { foldCatalog } from '../../src/domain/foldCatalog.ts';
import type { RatingSettings } from '../../src/config/syncSchema.ts';
import { applyPlan, readCatalogEvents } from '../applyPlan.ts';
import type { Job, JobContext, JobTools, Summary } from '../job.ts';
import { keepAlerts } from '../records/alerts.ts';
import { keepReading, lastTaken, pruneReadings, refuseReading, takeReading } from '../records/feedReadings.ts';
import { blockUntil, takeRequest } from '../records/quotas.ts';
import { withRunLock } from '../records/runLock.ts';
import { refusalAlerts } from '../refusalAlerts.ts';
import type { AlertDraft } from '../rules/feedPlan.ts';
import { HOW_TO_ACCEPT, findShrinking, planGeneration } from '../rules/planGeneration.ts';
import { ARTIFICIAL_ANALYSIS, type RatedRow, type RatingPage, readRatingPage } from '../sources/artificialAnalysis.ts';
import { FeedAway, fetchFeed, parseFeed } from '../sources/fetchFeed.ts';
import { FeedRefused } from '../sources/feedReading.ts';

const JOB = 'job:syncRatings';
const PAGE_TIMEOUT_MS = 30_000;
const MOST_PAGES = 25;
/** Without a word of how long to wait, an hour: a 429 counts as a request too. */
const BLOCK_MS = 3_600_000;
const SHOWN = 20;

export const syncRatings: Job<'syncRatings'> = {
  timeoutMs: 180_000,
  isFrequent: false,
  async run(tools, context) {
    const key = tools.places.artificialAnalysis.apiKey;
    if (key === undefined) return { skipped: 'ARTIFICIALANALYSIS_API_KEY is not set: ratings come from OpenRouter' };
    return await withRunLock(tools, 'syncRatings', context.signal, (signal) =>
      sync(tools, { ...context, signal }, key),
    );
  },
};

async function sync(tools: JobTools, context: JobContext<'syncRatings'>, key: string): Promise<Summary> {
  const { postgres, clock, random } = tools;
  const settings = tools.models().sync.ratings;
  const id = random.uuidv7();
  const at = isoTime(clock.now());
  const url = `${tools.places.artificialAnalysis.baseUrl}/api/v2/language/models/free`;
  const kept = { id, source: ARTIFICIAL_ANALYSIS, url, at };
  let body: Buffer | undefined;
  try {
    const pages = await readPages(tools, context, { url, key, settings });
    // The pages as they came, byte by byte, as one list.
    body = Buffer.from(`[${pages.map(({ text }) => text).join(',')}]`);
    if (!context.dryRun) await keepReading(postgres, { ...kept, body });
    const rows = await requireWhole(
      tools,
      pages.map(({ page }) => page),
      settings,
      context.data.acceptShrunk,
    );
    return await publish(tools, context, { id, at, rows, pages, settings });
  } catch (error) {
    if (!context.dryRun) {
      if (!body) await keepReading(postgres, { ...kept, body });
      const reason = error instanceof Error ? error.message : String(error);
      await refuseReading(postgres, id, reason);
      const alerts = error instanceof FeedBlocked ? [blockAlert(error)] : refusalAlerts([error]);
      await keepAlerts(postgres, random, alerts, isoTime(clock.now()));
    }
    throw error;
  }
}

/** Nobody is asked for ratings until then. */
class FeedBlocked extends FeedRefused {
  constructor(message: string, until: Date, options: ErrorOptions) {
    const told = message.replace(`${ARTIFICIAL_ANALYSIS}: `, '');
    super(ARTIFICIAL_ANALYSIS, `${told}; it is not asked again before ${until.toISOString()}`, {
      ...options,
      permanent: true,
      retryAt: until.getTime(),
    });
  }
}

/** Once is nobody's fault, but nothing else says that the ratings stand still. */
function blockAlert({ source, message }: FeedBlocked): AlertDraft {
  return { kind: 'feed_blocked', subject: source, message, quietHours: 24, key: '' };
}

type RawPage = { readonly text: string; readonly page: RatingPage };

async function readPages(
  { postgres, clock }: JobTools,
  { signal, progress }: JobContext,
  { url, key, settings }: { url: string; key: string; settings: RatingSettings },
): Promise<RawPage[]> {
  const pages: RawPage[] = [];
  for (let number = 1; number <= MOST_PAGES; number += 1) {
    const quota = await takeRequest(postgres, ARTIFICIAL_ANALYSIS, settings.requests_per_day, clock.now());
    if (!quota.allowed) {
      const until = quota.until.toISOString();
      throw new FeedRefused(
        ARTIFICIAL_ANALYSIS,
        `its requests of this day are used up or it asked to wait: until ${until}`,
        {
          permanent: true,
          retryAt: quota.until.getTime(),
        },
      );
    }
    await progress(`page ${number}`);
    const body = await readOne(`${url}?page=${number}`);
    const page = readRatingPage(parseFeed(ARTIFICIAL_ANALYSIS, body));
    const [first] = pages;
    if (page.page !== number) throw new FeedRefused(ARTIFICIAL_ANALYSIS, `asked for page ${number}, got ${page.page}`);
    if (first && page.indexVersion !== first.page.indexVersion) {
      throw new FeedAway(
        `${ARTIFICIAL_ANALYSIS}: its index was re-based between two pages: another try reads it whole`,
      );
    }
    pages.push({ text: body.toString('utf8'), page });
    if (number >= page.totalPages) return pages;
  }
  throw new FeedRefused(ARTIFICIAL_ANALYSIS, `more than ${MOST_PAGES} pages`);

  async function readOne(address: string): Promise<Buffer> {
    try {
      const request = { source: ARTIFICIAL_ANALYSIS, url: address, headers: { 'x-api-key': key } };
      return await fetchFeed({ ...request, signal, timeoutMs: PAGE_TIMEOUT_MS, now: clock.now() });
    } catch (error) {
      if (!(error instanceof FeedRefused) || !error.asksToWait) throw error;
      // A time that has passed is no time.
      const named = error.retryAt !== undefined && error.retryAt > clock.now() ? error.retryAt : undefined;
      const until = new Date(named ?? clock.now() + BLOCK_MS);
      await blockUntil(postgres, ARTIFICIAL_ANALYSIS, until);
      throw new FeedBlocked(error.message, until, { cause: error });
    }
  }
}

async function requireWhole(
  { postgres }: JobTools,
  pages: readonly RatingPage[],
  settings: RatingSettings,
  acceptShrunk: boolean,
): Promise<RatedRow[]> {
  const byId = new Map(pages.flatMap(({ rows }) => rows).map((row) => [row.id, row]));
  const rows = [...byId.values()];
  const last = (await lastTaken(postgres, ARTIFICIAL_ANALYSIS))?.rows;
  const least = Math.ceil(((last ?? 0) * settings.least_share_percent) / 100);
  if (rows.length < least && !acceptShrunk) {
    const told = `only ${rows.length} rows where the last reading had ${last ?? 0}; at least ${least} are needed`;
    throw new FeedRefused(ARTIFICIAL_ANALYSIS, told);
  }
  return rows;
}

type Publishing = {
  readonly id: string;
  readonly at: string;
  readonly rows: readonly RatedRow[];
  readonly pages: readonly RawPage[];
  readonly settings: RatingSettings;
};

async function publish(
  tools: JobTools,
  { dryRun, data }: JobContext<'syncRatings'>,
  work: Publishing,
): Promise<Summary> {
  const { id, at, rows, pages, settings } = work;
  const { postgres, logger } = tools;
  const indexVersion = pages[0]?.page.indexVersion ?? '';
  const { rated, unmatched, missing } = joinRatings(rows, settings);
  const given = {
    source: ARTIFICIAL_ANALYSIS,
    indexVersion,
    at,
    by: JOB,
    feed: rows.map(({ rating }) => rating),
    rated,
  };
  const plan = (events: Parameters<typeof foldCatalog>[0]) =>
    planGeneration({ ...given, catalog: foldCatalog(events), otherIsFresh: false });
  const before = await readCatalogEvents(tools);
  const shrinking = findShrinking({
    ...given,
    catalog: foldCatalog(before),
    otherIsFresh: false,
    leastSharePercent: settings.least_share_percent,
    acceptShrunk: data.acceptShrunk,
  });
  if (shrinking !== undefined) throw new FeedRefused(ARTIFICIAL_ANALYSIS, `${shrinking} (${HOW_TO_ACCEPT})`);
  const planned = plan(before);
  const isNew = planned.some(({ type }) => type === 'RatingGenerationPublished');
  const events = dryRun ? planned.length : await applyPlan(tools, plan);
  if (!dryRun) {
    await takeReading(postgres, id, rows.length);
    await pruneReadings(postgres, ARTIFICIAL_ANALYSIS);
  }
  if (unmatched.length > 0) {
    const names = unmatched.slice(0, SHOWN).map(({ id: uuid, name }) => `${name} (${uuid})`);
    logger.info('ratings of models that the mapping does not have', { count: unmatched.length, names });
  }
  return {
    rows: rows.length,
    index_version: indexVersion,
    generation: isNew ? 'new' : 'the same',
    matched: rated.size,
    unmatched: unmatched.length,
    unmatched_names: unmatched.slice(0, SHOWN).map(({ name }) => name),
    mapped_but_missing: missing,
    events,
  };
}

/** By id only, never by a similar name: slugs are renamed and used again. */
export function joinRatings(rows: readonly RatedRow[], settings: Pick<RatingSettings, 'models'>) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const used = new Set<string>();
  const missing: string[] = [];
  const rated = new Map<string, Rating[]>();
  for (const { id, model, effort } of settings.models) {
    const row = byId.get(id);
    used.add(id);
    if (!row) missing.push(model);
    else if (Object.keys(row.rating).length > 0) {
      rated.set(model, [...(rated.get(model) ?? []), { ...(effort ? { effort } : {}), ...row.rating }]);
    }
  }
  return { rated, unmatched: rows.filter(({ id }) => !used.has(id)), missing: [...new Set(missing)] };
}
