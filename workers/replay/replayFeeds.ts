// Runs the real jobs on recorded feeds, one snapshot after the other, on a database of its own, and compares their report with the files.
import type { ModelsFile } from '../../src/config/schema.ts';
import { foldCatalog } from '../../src/domain/foldCatalog.ts';
import { foldHolds } from '../../src/domain/holds.ts';
import { JOBS } from '../../src/queue/jobs.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { readCatalogEvents } from '../applyPlan.ts';
import type { JobTools, Summary } from '../job.ts';
import { runSyncPricing } from '../jobs/syncPricing.ts';
import { runJob } from '../runJob.ts';
import type { Row } from '../rules/feedPlan.ts';
import { OPENROUTER } from '../sources/openrouterModels.ts';
import { diffSnapshots } from './diffSnapshots.ts';
import type { LoopbackFeeds } from './loopbackFeeds.ts';
import type { Snapshot } from './snapshots.ts';

export type ReplayTools = JobTools & { readonly clock: MovedClock; readonly feeds: LoopbackFeeds };
export type MovedClock = Clock & { moveTo(at: number): void };

export type PriceStep = {
  readonly name: string;
  readonly rows: readonly Row[];
  /** Differences of the files: null for the first one. */
  readonly inFiles: number | null;
  /** Rows that the job reported and the files do not show, and the other way round. */
  readonly unmatched: readonly string[];
  readonly events: number;
  readonly alerts: number;
  /** Events that a second run of the same snapshot appended: must be 0. */
  readonly repeated: number;
};

const signal = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** `repeats`: also runs each snapshot a second time. */
export async function replayPrices(
  tools: ReplayTools,
  snapshots: readonly Snapshot[],
  options: { readonly repeats: boolean; readonly onStep?: (step: PriceStep) => void },
): Promise<PriceStep[]> {
  const steps: PriceStep[] = [];
  let before: unknown;
  for (const { name, at, body } of snapshots) {
    tools.clock.moveTo(at);
    tools.feeds.setPrices(body);
    const alertsBefore = await countAlerts(tools);
    const { rows, summary } = await syncOnce(tools);
    tools.clock.moveTo(at + HOUR_MS / 2);
    const repeated = options.repeats ? Number((await syncOnce(tools)).summary['events']) : 0;
    const differences = before === undefined ? undefined : diffSnapshots(before, body);
    const step: PriceStep = {
      name,
      rows,
      inFiles: differences?.length ?? null,
      unmatched: differences ? compare(rows, differences) : [],
      events: Number(summary['events']),
      alerts: (await countAlerts(tools)) - alertsBefore,
      repeated,
    };
    options.onStep?.(step);
    steps.push(step);
    before = body;
  }
  return steps;
}

async function syncOnce(tools: ReplayTools) {
  const data = JOBS.syncPricing.parse({ trigger: 'replay', acceptShrunk: true });
  const run = await runSyncPricing(tools, { data, signal, dryRun: false, progress: async () => {} });
  return run;
}

async function countAlerts({ postgres }: JobTools): Promise<number> {
  const { rows } = await postgres.query<{ count: bigint }>('select count(*) as count from alerts');
  return Number(rows[0]?.count ?? 0);
}

/** Every difference of the files has one row with a verdict, and every row of the feed's changes is a difference. */
function compare(rows: readonly Row[], differences: readonly { id: string; field: string }[]): string[] {
  const told = rows.filter(({ inFeed }) => inFeed).map(nameOf);
  const found = differences.map(nameOf);
  const [toldSet, foundSet] = [new Set(told), new Set(found)];
  return [
    ...told.filter((one, place) => told.indexOf(one) !== place).map((one) => `told twice: ${one}`),
    ...told.filter((one) => !foundSet.has(one)).map((one) => `not in the files: ${one}`),
    ...found.filter((one) => !toldSet.has(one)).map((one) => `not told: ${one}`),
  ];
}

function nameOf({ id, field }: { id: string; field: string }): string {
  return `${id} ${field}`;
}

export type RatingStep = { readonly name: string; readonly summary: Summary; readonly repeated: number };

export async function replayRatings(tools: ReplayTools, snapshots: readonly Snapshot[]): Promise<RatingStep[]> {
  const steps: RatingStep[] = [];
  for (const { name, at, body } of snapshots) {
    tools.feeds.setRatings(body as unknown[]);
    tools.clock.moveTo(at);
    const summary = await rateOnce(tools);
    tools.clock.moveTo(at + HOUR_MS);
    steps.push({ name, summary, repeated: Number((await rateOnce(tools))['events']) });
  }
  return steps;
}

function rateOnce(tools: ReplayTools): Promise<Summary> {
  const data = JOBS.syncRatings.parse({ trigger: 'replay' });
  return runJob(tools, { name: 'syncRatings', data, queueId: null, attempt: 1, signal });
}

/** How the catalog stands after all of it. */
export async function describeCatalog(tools: JobTools): Promise<Readonly<Record<string, number>>> {
  const events = await readCatalogEvents(tools);
  const { models } = foldCatalog(events);
  const { open, settled } = foldHolds(events);
  const count = (type: string) => events.filter((event) => event.type === type).length;
  return {
    events: events.length,
    models: models.size,
    'price changes': count('ModelPriceChanged'),
    'details changes': count('ModelDetailsChanged'),
    suspended: [...models.values()].filter(({ deprecation }) => deprecation?.source === OPENROUTER).length,
    'changes held in all': open.length + settled.length,
    'held, then applied': settled.filter(({ verdict }) => verdict === 'applied').length,
    'held, then withdrawn by the feed': settled.filter(({ verdict }) => verdict === 'rejected').length,
    'still held': open.length,
    ...(await alertsByKind(tools)),
  };
}

async function alertsByKind({ postgres }: JobTools): Promise<Record<string, number>> {
  const { rows } = await postgres.query<{ kind: string; count: bigint }>(
    'select kind, count(*) as count from alerts group by kind order by kind',
  );
  return Object.fromEntries(rows.map(({ kind, count }) => [`alerts ${kind}`, Number(count)]));
}

/** Replayed models are all registered, whatever the installation wants of new ones. */
export function replaySettings(file: ModelsFile): ModelsFile {
  const { sync } = file;
  return { ...file, overrides: [], sync: { ...sync, pricing: { ...sync.pricing, new_models: 'enabled' } } };
}
