// npm run catalog -- held | release <id> | reject <id> | history <model> | diff: what waits for a person, and how the catalog came to be.
import { userInfo } from 'node:os';
import { readArguments, readTime, runCommand } from '../../src/cli/command.ts';
import { formatTable } from '../../src/cli/formatTable.ts';
import { canonicalJson } from '../../src/domain/canonicalJson.ts';
import { type Catalog, type CatalogModel, findModel } from '../../src/domain/catalog.ts';
import { perMillion } from '../../src/domain/comparePrices.ts';
import { type Revised, foldCatalog } from '../../src/domain/foldCatalog.ts';
import { describeProposal } from '../../src/domain/holds.ts';
import { PRICE_LINES } from '../../src/domain/prices.ts';
import { readHolds, settleHold } from '../../src/eventstore/catalogHolds.ts';
import { StartError } from '../../src/platform/startError.ts';
import { readCatalogEvents } from '../applyPlan.ts';
import type { JobTools } from '../job.ts';
import { ATTRIBUTION } from '../sources/artificialAnalysis.ts';
import { withJobTools } from './openTools.ts';

const USAGE = [
  'npm run catalog -- held',
  'npm run catalog -- release <id> [--reason "…"]',
  'npm run catalog -- reject <id> [--reason "…"]',
  'npm run catalog -- history <provider/model>',
  'npm run catalog -- diff [--from <ISO time>] [--to <ISO time>]   (from: a day ago, to: now)',
].join('\n       ');
const DAY_MS = 86_400_000;

type Asked = { readonly words: readonly string[]; readonly options: Readonly<Record<string, string | undefined>> };

const COMMANDS: Readonly<Record<string, (tools: JobTools, asked: Asked) => Promise<string>>> = {
  held,
  release: (tools, asked) => settle(tools, asked, 'applied'),
  reject: (tools, asked) => settle(tools, asked, 'rejected'),
  history,
  diff,
};

await runCommand(async (command) => {
  const { words, options } = readArguments(USAGE, ['reason', 'from', 'to']);
  const work = COMMANDS[words[0] ?? ''];
  if (!work) throw new StartError(`found ${JSON.stringify(words[0] ?? 'nothing')}; allowed:\n       ${USAGE}`);
  console.log(await withJobTools(command, (tools) => work(tools, { words: words.slice(1), options })));
});

async function held({ store }: JobTools): Promise<string> {
  const { open, catalog } = await readHolds(store);
  if (open.length === 0) return 'Nothing is held back.';
  const rows = open.map((hold) => {
    const { field, old, new: fresh } = describeProposal(hold, catalog.models.get(hold.modelId));
    return {
      id: hold.id,
      model: hold.modelId,
      field,
      now: old,
      proposed: fresh,
      source: hold.source,
      rule: hold.rule,
      since: hold.at,
    };
  });
  return `${formatTable(rows)}\nPrices in USD per million tokens. Release or reject one by its id.`;
}

async function settle(tools: JobTools, { words, options }: Asked, verdict: 'applied' | 'rejected'): Promise<string> {
  const [id] = words;
  if (id === undefined) throw new StartError(`which one? \`npm run catalog -- held\` lists them\nUsage: ${USAGE}`);
  const by = `command ${userInfo().username}`;
  const hold = await settleHold(tools, id, { verdict, by, reason: options['reason'] ?? 'a person decided so' });
  if (!hold)
    throw new StartError(`no change of the id ${id} is held: \`npm run catalog -- held\` lists those that are`);
  return `${hold.modelId}: the change of ${hold.source} is ${verdict}.`;
}

async function history(tools: JobTools, { words }: Asked): Promise<string> {
  const events = await readCatalogEvents(tools);
  const model = findModel(foldCatalog(events), words[0] ?? '');
  if (!model)
    throw new StartError(`there is no model ${JSON.stringify(words[0] ?? '')} in the catalog\nUsage: ${USAGE}`);
  const rows = events.flatMap((event) =>
    'modelId' in event.data && 'source' in event.data && event.data.modelId === model.id
      ? [
          {
            version: event.revision,
            at: event.data.at,
            event: event.type,
            source: event.data.source,
            by: event.data.by,
            what: tell(event),
          },
        ]
      : [],
  );
  return rows.some(({ event }) => event === 'ModelRatingChanged')
    ? `${formatTable(rows)}\n${ATTRIBUTION}`
    : formatTable(rows);
}

function tell({ type, data }: Revised): string {
  if (type === 'ModelPriceChanged' || type === 'ModelRegistered') {
    return `${perMillion(data.prices?.input)} / ${perMillion(data.prices?.output)} USD per million`;
  }
  if (type === 'ModelRatingChanged') return canonicalJson(data.ratings);
  return 'reason' in data ? data.reason : '';
}

async function diff(tools: JobTools, { options }: Asked): Promise<string> {
  const now = tools.clock.now();
  const to = readTime(USAGE, 'to', options['to']) ?? now;
  const from = readTime(USAGE, 'from', options['from']) ?? to - DAY_MS;
  const events = await readCatalogEvents(tools);
  const at = (time: number) => foldCatalog(events.filter(({ data }) => !('at' in data) || Date.parse(data.at) <= time));
  const rows = diffCatalogs(at(from), at(to));
  const span = `${new Date(from).toISOString()} → ${new Date(to).toISOString()}`;
  return rows.length === 0 ? `Nothing is different: ${span}` : `${span}\n${formatTable(rows)}`;
}

function diffCatalogs(before: Catalog, after: Catalog): Record<string, unknown>[] {
  return [...after.models.values()].flatMap((model) => {
    const known = before.models.get(model.id);
    if (!known) return [{ model: model.id, field: 'registered', old: null, new: model.priceSource }];
    const [old, fresh] = [fieldsOf(known), fieldsOf(model)];
    return [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
      .filter((field) => old[field] !== fresh[field])
      .map((field) => ({ model: model.id, field, old: old[field] ?? null, new: fresh[field] ?? null }));
  });
}

function fieldsOf({ prices, details, deprecation, ratings }: CatalogModel): Record<string, string | undefined> {
  const fields: Record<string, string | undefined> = {};
  for (const line of PRICE_LINES)
    if (prices?.[line] !== undefined) fields[`prices.${line}`] = `${perMillion(prices[line])} per million`;
  if (prices?.overrides) fields['prices.overrides'] = canonicalJson(prices.overrides);
  for (const [name, value] of Object.entries(details))
    fields[name] = typeof value === 'string' ? value : canonicalJson(value);
  if (deprecation) fields['deprecated'] = `${deprecation.at}: ${deprecation.reason}`;
  if (ratings.length > 0) fields['ratings'] = canonicalJson(ratings);
  return fields;
}
