// npm run what-if -- --policy config/routing.yaml --from 2026-11-01 --fail-if "cost>+5%": last month's requests through another policy or
// price list, before it is shipped. Reads only. Exit code 1 when a limit is crossed, so that CI can hold a policy change to it.
import { type FileHandle, open } from 'node:fs/promises';
import { ConfigError } from '../config/configError.ts';
import { loadModelsFile, loadPolicyFile } from '../config/load.ts';
import { toModelWish } from '../config/toModelWish.ts';
import type { Catalog } from '../domain/catalog.ts';
import { planCatalogChanges } from '../domain/catalogChanges.ts';
import { foldCatalog } from '../domain/foldCatalog.ts';
import { formatUsd } from '../domain/money.ts';
import { openEventStore } from '../eventstore/open.ts';
import { isoTime } from '../platform/clock.ts';
import { StartError } from '../platform/startError.ts';
import { type Limit, crossed, parseLimit } from '../replay/failIf.ts';
import { type History, HistoryError, createHistory } from '../replay/history.ts';
import { readLoggedRequests } from '../replay/readLog.ts';
import { runWhatIf } from '../replay/runWhatIf.ts';
import type { Compared, Side, WhatIfReport } from '../replay/whatIf.ts';
import { databaseUrlOf, readArguments, readTime, runCommand } from './command.ts';
import { formatTable } from './formatTable.ts';

const USAGE =
  'npm run what-if -- [--policy FILE] [--catalog FILE|N] [--from T] [--to T] [--fail-if "cost>+5%"] [--allow-unknown yes] [--jsonl FILE]';

await runCommand(async ({ env, clock, logger }) => {
  const { options } = readArguments(USAGE, ['policy', 'catalog', 'from', 'to', 'fail-if', 'allow-unknown', 'jsonl']);
  const allowUnknown = readAllowed(options['allow-unknown']);
  const limits = (options['fail-if'] ?? '').split(',').flatMap((text) => (text.trim() === '' ? [] : [readLimit(text)]));
  const range = { from: readTime(USAGE, 'from', options['from']), to: readTime(USAGE, 'to', options['to']) };
  const policy = options['policy'] === undefined ? undefined : loadPolicyFile(options['policy']);
  const lines = options['jsonl'] === undefined ? undefined : await openLines(options['jsonl']);
  const store = openEventStore({
    url: env.eventStoreUrl,
    databaseUrl: databaseUrlOf(env),
    applicationName: 'omni-what-if',
    clock,
    logger,
  });
  try {
    const history = createHistory(store);
    const catalog = await readCatalog(history, options['catalog'], isoTime(clock.now()));
    const report = await runWhatIf(
      readLoggedRequests(store, clock, range),
      history,
      { policy, catalog },
      lines && { onCompared: lines.write },
    );
    await lines?.close();
    console.log(formatReport(report));
    const over = limits.flatMap((limit) => crossed(limit, report, allowUnknown) ?? []);
    for (const line of over) console.log(`FAILED: ${line}`);
    if (over.length > 0) process.exitCode = 1;
  } finally {
    await store.close();
  }
});

function readAllowed(given: string | undefined): boolean {
  if (given === undefined || given === 'no') return false;
  if (given === 'yes') return true;
  throw new StartError(`--allow-unknown: found ${JSON.stringify(given)}; allowed: yes, no`);
}

function readLimit(text: string): Limit {
  try {
    return parseLimit(text);
  } catch (error) {
    throw new StartError(`--fail-if: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A version of the catalog, or the newest one with what a models file says of its models: there the file's word holds. */
async function readCatalog(history: History, given: string | undefined, at: string): Promise<Catalog | undefined> {
  if (given === undefined) return undefined;
  if (/^\d+$/.test(given)) {
    try {
      return await history.catalogAt(Number(given));
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error;
      throw new StartError(`--catalog: ${error.message}`, { cause: error });
    }
  }
  if (!/\.ya?ml$/.test(given))
    throw new ConfigError([
      {
        file: 'arguments',
        path: '--catalog',
        found: given,
        allowed: 'a version, or a YAML file such as config/models.yaml',
      },
    ]);
  const { models, overrides } = loadModelsFile(given);
  const newest = await history.catalogAsOf(Number.POSITIVE_INFINITY);
  const wishes = { models: models.map(toModelWish), overrides: [...models, ...overrides].map(toModelWish) };
  const changes = planCatalogChanges(newest, wishes, { at, by: 'what-if' });
  return foldCatalog(
    changes.map((event) => ({ ...event, revision: newest.version })),
    newest,
  );
}

/** One request a line, both sides of it. */
function toLine({ before, after, ...compared }: Compared): string {
  return JSON.stringify({ ...compared, before: withText(before), after: withText(after) });
}

function withText({ cost, ...side }: Side): object {
  return { ...side, costUsd: cost === null ? null : formatUsd(cost) };
}

type Lines = { readonly write: (compared: Compared) => Promise<void>; close(): Promise<void> };

/** Opened before anything is read, so that a wrong path costs nothing. @throws StartError */
async function openLines(path: string): Promise<Lines> {
  let file: FileHandle;
  try {
    file = await open(path, 'w');
  } catch (error) {
    throw new StartError(`--jsonl: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return {
    write: async (compared) => {
      await file.write(`${toLine(compared)}\n`);
    },
    close: () => file.close(),
  };
}

function formatReport(report: WhatIfReport): string {
  const { requests, compared, moved, unroutable, before, after, by_model, movers, notes } = report;
  const rows = [
    { figure: 'cost, estimated', before: `$${before.cost_usd}`, after: `$${after.cost_usd}` },
    { figure: 'quality, expected', before: before.quality, after: after.quality },
    { figure: 'latency, expected (ms)', before: before.latency_ms, after: after.latency_ms },
  ];
  return [
    `${requests} requests, ${moved} go elsewhere, ${unroutable} find no model; costs of ${compared} are known on both sides.`,
    formatTable(rows),
    'Where they go:',
    formatTable(by_model),
    ...(movers.length > 0 ? ['The largest movers:', formatTable(movers)] : []),
    ...notes.map((note) => `Note: ${note}`),
  ].join('\n');
}
