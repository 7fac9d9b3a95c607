// npm run sync-openrouter | sync-ratings | validate-pricing | sync-models: the jobs of the catalog now, in the foreground, with a line of
// progress and a table at the end. `--dry-run` prints what would change and writes nothing.
import { formatTable } from '../../src/cli/formatTable.ts';
import { runCommand } from '../../src/cli/command.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import { StartError } from '../../src/platform/startError.ts';
import { JOBS, type JobName } from '../../src/queue/jobs.ts';
import { CONFIG_FILES, applyModelsFile, planModelsFile, publishPolicy } from '../../src/setup.ts';
import { readCatalogEvents } from '../applyPlan.ts';
import type { JobTools, Summary } from '../job.ts';
import { runJob } from '../runJob.ts';
import type { Row } from '../rules/feedPlan.ts';
import type { ValidationRow } from '../rules/validatePrices.ts';
import { takeFlags, withJobTools } from './openTools.ts';

const COMMANDS: Readonly<Record<string, readonly JobName[]>> = {
  'sync-openrouter': ['syncPricing'],
  'sync-ratings': ['syncRatings'],
  'validate-pricing': ['validatePricing'],
  'sync-models': ['syncPricing', 'syncRatings', 'validatePricing', 'checkDeprecations'],
};
const FLAGS = ['dry-run', 'accept-shrunk'] as const;

await runCommand(async (command) => {
  const { flags, rest } = takeFlags(process.argv.slice(2), FLAGS);
  const [name = '', ...more] = rest;
  const jobs = COMMANDS[name];
  if (!jobs || more.length > 0) {
    const allowed = Object.keys(COMMANDS).join(', ');
    throw new StartError(
      `found ${JSON.stringify(rest.join(' '))}; allowed: one of ${allowed}\nUsage: npm run ${jobs ? name : 'sync-models'} -- [--dry-run] [--accept-shrunk]`,
    );
  }
  await withJobTools(command, async (tools) => {
    if (name === 'sync-models') await applyFiles(tools, flags['dry-run']);
    const ended: Record<string, unknown>[] = [];
    for (const job of jobs) ended.push(await runOne(tools, job, flags));
    if (!flags['dry-run']) await runOne(tools, 'deliverAlerts', flags);
    console.log(`\n${formatTable(ended)}`);
    if (ended.some((one) => one['status'] === 'failed')) process.exitCode = 1;
  });
});

async function applyFiles(tools: JobTools, dryRun: boolean): Promise<void> {
  const by = 'sync-models';
  const events = dryRun
    ? planModelsFile(tools, CONFIG_FILES.models, by, await readCatalogEvents(tools))
    : await applyModelsFile(tools, CONFIG_FILES.models, by);
  console.log(
    events.length === 0
      ? `${CONFIG_FILES.models}: the catalog says what the file says.`
      : `${CONFIG_FILES.models}:\n${formatTable(events.map(toRow))}`,
  );
  if (!dryRun && (await publishPolicy(tools, CONFIG_FILES.policy, by)))
    console.log('The routing policy was published anew.');
}

function toRow({ type, data }: DomainEvent): Record<string, unknown> {
  return { event: type, model: 'modelId' in data ? data.modelId : '', source: 'source' in data ? data.source : '' };
}

async function runOne(tools: JobTools, job: JobName, flags: Readonly<Record<(typeof FLAGS)[number], boolean>>) {
  const started = tools.clock.monotonicMs();
  const seconds = () => Math.round((tools.clock.monotonicMs() - started) / 100) / 10;
  try {
    const summary = await runJob(tools, {
      name: job,
      data: JOBS[job].parse({ trigger: 'command', acceptShrunk: flags['accept-shrunk'] }),
      queueId: null,
      attempt: 1,
      signal: new AbortController().signal,
      dryRun: flags['dry-run'],
      onProgress: (text) => process.stderr.write(`${job}: ${text}\n`),
    });
    printDetails(job, summary);
    return { job, status: flags['dry-run'] ? 'dry run' : 'succeeded', seconds: seconds(), ...figuresOf(summary) };
  } catch (error) {
    // The whole cause: a cell of the table would cut it short.
    console.log(`\n${job} failed: ${error instanceof Error ? error.message : String(error)}`);
    return { job, status: 'failed', seconds: seconds(), ...figuresOf({}) };
  }
}

function printDetails(job: JobName, summary: Summary): void {
  const changes = (summary['changes'] ?? []) as readonly Row[];
  const differences = (summary['differences'] ?? []) as readonly ValidationRow[];
  if (changes.length > 0) {
    const shown = changes.map(({ id, field, old, new: fresh, verdict, rule }) => ({
      model: id,
      field,
      old,
      new: fresh,
      verdict,
      rule,
    }));
    console.log(`\n${job}, changes:\n${formatTable(shown)}`);
  }
  if (differences.length > 0) console.log(`\n${job}, differences:\n${formatTable(differences)}`);
}

/** The same columns for every job; a summary has some of them. */
function figuresOf(summary: Summary): Record<string, unknown> {
  const { accepted, held, ignored, matched, unmatched, agrees, differs, unverified, events, alerts, skipped } = summary;
  return { accepted, held, ignored, matched, unmatched, agrees, differs, unverified, events, alerts, note: skipped };
}
