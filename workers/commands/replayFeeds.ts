// npm run replay-feeds -- --dir DIR: the real jobs on a folder of recorded feeds, on an embedded database of their own that is thrown away.
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandTools, readArguments, runCommand } from '../../src/cli/command.ts';
import { formatTable } from '../../src/cli/formatTable.ts';
import { loadModelsFile } from '../../src/config/load.ts';
import { openPostgresEventStore } from '../../src/eventstore/postgres.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { openPostgres } from '../../src/platform/postgres.ts';
import { StartError } from '../../src/platform/startError.ts';
import { CONFIG_FILES, applyModelsFile } from '../../src/setup.ts';
import { openLoopbackFeeds } from '../replay/loopbackFeeds.ts';
import {
  type MovedClock,
  type PriceStep,
  type ReplayTools,
  describeCatalog,
  replayPrices,
  replayRatings,
  replaySettings,
} from '../replay/replayFeeds.ts';
import { type Folder, type Snapshot, readFolder, rebuildSnapshots } from '../replay/snapshots.ts';
import { takeFlags } from './openTools.ts';

const USAGE = 'npm run replay-feeds -- --dir DIR [--no-events]';
const SHOWN = 10;

await runCommand(async (command) => {
  const { flags, rest } = takeFlags(process.argv.slice(2), ['no-events']);
  const { options } = readArguments(USAGE, ['dir'], rest);
  if (options['dir'] === undefined)
    throw new StartError(`--dir: found nothing; allowed: a folder of snapshots\nUsage: ${USAGE}`);
  const folder = readFolder(options['dir']);
  if (folder.skipped.length > 0) console.log(`Not snapshots, left out: ${folder.skipped.join(', ')}\n`);
  let isRight = true;
  if (folder.prices.length > 0) {
    console.log(`OpenRouter: ${folder.prices.length} snapshots, each twice`);
    isRight = (await withDatabase(command, (tools) => showPrices(tools, folder.prices, true))) && isRight;
  }
  if (folder.ratings.length > 0) {
    console.log(`\nArtificialAnalysis: ${folder.ratings.length} snapshots, each twice`);
    isRight = (await withDatabase(command, (tools) => showRatings(tools, folder.ratings))) && isRight;
  }
  for (const { name, snapshots } of flags['no-events'] ? [] : rebuilt(folder)) {
    console.log(`\n${name}: ${snapshots.length} rebuilt snapshots`);
    isRight = (await withDatabase(command, (tools) => showPrices(tools, snapshots, false))) && isRight;
  }
  if (!isRight) process.exitCode = 1;
});

function rebuilt({ prices, events }: Folder): { name: string; snapshots: readonly Snapshot[] }[] {
  return events.flatMap(({ name, events: changes }) => {
    const first = Math.min(...changes.map(({ at }) => Date.parse(at)));
    // The snapshot of the day on which the record begins; its hour is not in its name.
    const base = prices.filter(({ at }) => at <= first + 43_200_000).at(-1);
    if (!base) return [];
    const begin = { ...base, at: Math.min(base.at, first - 3_600_000) };
    return [{ name, snapshots: [begin, ...rebuildSnapshots(begin, changes)] }];
  });
}

async function showPrices(tools: ReplayTools, snapshots: readonly Snapshot[], each: boolean): Promise<boolean> {
  const steps = await replayPrices(tools, snapshots, {
    repeats: each,
    onStep: (step) => process.stderr.write(`${step.name}: ${step.events} events\n`),
  });
  if (each) console.log(formatTable(steps.map(toLine)));
  console.log(formatTable(rulesOf(steps)));
  console.log(formatTable([sumOf(steps)]));
  console.log(formatTable(Object.entries(await describeCatalog(tools)).map(([what, count]) => ({ what, count }))));
  const unmatched = steps.flatMap((step) => step.unmatched.map((one) => `${step.name}: ${one}`));
  if (unmatched.length > 0) console.log(`Unlike the files:\n${unmatched.slice(0, SHOWN).join('\n')}`);
  return unmatched.length === 0 && steps.every(({ repeated }) => repeated === 0);
}

function toLine(step: PriceStep): Record<string, unknown> {
  const inFeed = step.rows.filter((row) => row.inFeed);
  const count = (verdict: string) => inFeed.filter((row) => row.verdict === verdict).length;
  return {
    snapshot: step.name,
    'in the files': step.inFiles,
    accepted: count('accepted'),
    held: count('held'),
    ignored: count('ignored'),
    'row by row':
      step.inFiles === null ? 'the first' : step.unmatched.length === 0 ? 'equal' : `${step.unmatched.length} differ`,
    'settled later': step.rows.length - inFeed.length,
    events: step.events,
    alerts: step.alerts,
    'events of a second run': step.repeated,
  };
}

function sumOf(steps: readonly PriceStep[]): Record<string, unknown> {
  const later = steps.filter(({ inFiles }) => inFiles !== null);
  const rows = later.flatMap((step) => step.rows.filter((row) => row.inFeed));
  const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  return {
    'differences of the files': later.reduce((sum, { inFiles }) => sum + (inFiles ?? 0), 0),
    // What a sync without rules would have appended.
    'price lists that moved': later.reduce((sum, step) => sum + movedLists(step), 0),
    accepted: count('accepted'),
    held: count('held'),
    ignored: count('ignored'),
    'unlike the files': later.reduce((sum, { unmatched }) => sum + unmatched.length, 0),
    alerts: steps.reduce((sum, { alerts }) => sum + alerts, 0),
  };
}

function movedLists({ rows }: PriceStep): number {
  const moved = rows.filter(
    ({ inFeed, field, rule }) => inFeed && field.startsWith('pricing.') && rule !== 'absent_is_zero',
  );
  return new Set(moved.map(({ id }) => id)).size;
}

function rulesOf(steps: readonly PriceStep[]): Record<string, unknown>[] {
  const counts = new Map<string, number>();
  for (const row of steps.flatMap(({ rows }) => rows)) {
    const name = `${row.verdict} ${row.rule}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => (a[0] < b[0] ? -1 : 1)).map(([rule, rows]) => ({ rule, rows }));
}

async function showRatings(tools: ReplayTools, snapshots: readonly Snapshot[]): Promise<boolean> {
  await applyModelsFile(tools, CONFIG_FILES.models, 'replay');
  const steps = await replayRatings(tools, snapshots);
  console.log(
    formatTable(
      steps.map(({ name, summary, repeated }) => ({
        snapshot: name,
        rows: summary['rows'],
        'index version': summary['index_version'],
        generation: summary['generation'],
        matched: summary['matched'],
        unmatched: summary['unmatched'],
        events: summary['events'],
        'events of a second run': repeated,
      })),
    ),
  );
  return steps.every(({ repeated }) => repeated === 0);
}

/** An embedded server in a folder of its own, and tools whose clock the replay moves. */
async function withDatabase<T>({ random, logger }: CommandTools, work: (tools: ReplayTools) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'omni-replay-'));
  // As root the server runs as another user, who has to get in.
  chmodSync(dataDir, 0o755);
  const server = await openEmbeddedPostgres({ dataDir, clock: systemClock, random, logger, fsync: false });
  const feeds = await openLoopbackFeeds();
  const databaseUrl = server.connectionString;
  try {
    await migrate({ databaseUrl, directory: join('sql', 'migrations'), logger });
    const postgres = openPostgres({ connectionString: databaseUrl, applicationName: 'omni-replay', logger });
    let now = 0;
    const clock: MovedClock = {
      ...systemClock,
      now: () => now,
      moveTo: (at) => {
        now = at;
      },
    };
    const store = openPostgresEventStore({ postgres, clock: systemClock, logger });
    const file = replaySettings(loadModelsFile(CONFIG_FILES.models));
    try {
      return await work({ postgres, store, clock, random, logger, places: feeds.places, models: () => file, feeds });
    } finally {
      await store.close();
      await postgres.close();
    }
  } finally {
    await feeds.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
