// A folder of recorded feeds as answers to serve, in the order of the dates in their names.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../../src/platform/startError.ts';

export type Snapshot = { readonly name: string; readonly at: number; readonly body: unknown };
export type Folder = {
  readonly prices: readonly Snapshot[];
  /** Each body is a list of pages. */
  readonly ratings: readonly Snapshot[];
  readonly events: readonly { readonly name: string; readonly events: readonly FeedEvent[] }[];
  readonly skipped: readonly string[];
};

const Row = z.looseObject({ id: z.string(), pricing: z.looseObject({}), architecture: z.looseObject({}) });
const Prices = z.looseObject({ data: z.array(Row).min(1) });
const Pages = z.array(z.looseObject({ pagination: z.looseObject({}), data: z.array(z.unknown()) })).min(1);
/** What ArtificialAnalysis answered before November 2026. */
const LegacyRow = z.looseObject({
  id: z.string(),
  evaluations: z.looseObject({}).nullish(),
  median_output_tokens_per_second: z.number().nullish(),
  median_time_to_first_token_seconds: z.number().nullish(),
});
const Legacy = z.looseObject({ status: z.number(), data: z.array(LegacyRow).min(1) });

export const FeedEvent = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('added'),
    at: z.string(),
    id: z.string(),
    pricing: z.record(z.string(), z.string()),
    context_length: z.number().nullable(),
  }),
  z.looseObject({ type: z.literal('removed'), at: z.string(), id: z.string() }),
  z.looseObject({
    type: z.enum(['price', 'field']),
    at: z.string(),
    id: z.string(),
    field: z.string(),
    new: z.unknown(),
  }),
  z.looseObject({
    type: z.literal('params'),
    at: z.string(),
    id: z.string(),
    added: z.array(z.string()),
    removed: z.array(z.string()),
  }),
]);
export type FeedEvent = z.infer<typeof FeedEvent>;

const PAGE_SIZE = 200;

/** @throws StartError when there is nothing to replay */
export function readFolder(directory: string): Folder {
  const prices: Snapshot[] = [];
  const ratings: Snapshot[] = [];
  const events: { name: string; events: FeedEvent[] }[] = [];
  const skipped: string[] = [];
  for (const name of listFiles(directory)) {
    const text = readFileSync(join(directory, name), 'utf8');
    const at = Date.parse(`${/\d{4}-\d{2}-\d{2}/.exec(name)?.[0] ?? ''}T12:00:00Z`);
    if (name.endsWith('.jsonl')) {
      const lines = text
        .split('\n')
        .filter(Boolean)
        .map((line) => FeedEvent.safeParse(JSON.parse(line)));
      if (lines.every((line) => line.success)) events.push({ name, events: lines.map((line) => line.data) });
      else skipped.push(name);
      continue;
    }
    const body: unknown = JSON.parse(text);
    const rated = toPages(body, `unversioned ${new Date(at || 0).toISOString().slice(0, 10)}`);
    if (Number.isNaN(at)) skipped.push(name);
    else if (Prices.safeParse(body).success) prices.push({ name, at, body });
    else if (rated) ratings.push({ name, at, body: rated });
    else skipped.push(name);
  }
  if (prices.length === 0 && ratings.length === 0) {
    throw new StartError(
      `${directory}: found no snapshots; allowed: *YYYY-MM-DD*.json of OpenRouter's GET /models or of ArtificialAnalysis, *.jsonl of changes`,
    );
  }
  return { prices: inOrder(prices), ratings: inOrder(ratings), events, skipped };
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => /\.jsonl?$/.test(name))
      .sort();
  } catch (error) {
    throw new StartError(`--dir ${directory}: found no readable folder`, { cause: error });
  }
}

/** One file a day: of two forms of one day the later name, which is the newer form, is taken. */
function inOrder(snapshots: readonly Snapshot[]): Snapshot[] {
  const byDay = new Map(snapshots.map((snapshot) => [snapshot.at, snapshot]));
  return [...byDay.values()].toSorted((a, b) => a.at - b.at);
}

/** Pages in today's shape; older answers are put into it. The old shape named no version of its index. */
function toPages(body: unknown, version: string): unknown[] | undefined {
  if (Pages.safeParse(body).success) return body as unknown[];
  const legacy = Legacy.safeParse(body);
  if (!legacy.success) return undefined;
  const { data } = legacy.data;
  const total = Math.ceil(data.length / PAGE_SIZE);
  return Array.from({ length: total }, (_, place) => ({
    tier: 'free',
    intelligence_index_version: version,
    pagination: { page: place + 1, page_size: PAGE_SIZE, total_pages: total, has_more: place + 1 < total },
    data: data
      .slice(place * PAGE_SIZE, (place + 1) * PAGE_SIZE)
      .map(({ median_output_tokens_per_second: speed, median_time_to_first_token_seconds: first, ...row }) => ({
        ...row,
        performance: { median_output_tokens_per_second: speed, median_time_to_first_token_seconds: first },
      })),
  }));
}

type MutableRow = Record<string, unknown> & { id: string };

/** The snapshots that a recorded list of changes went through, one for each time at which something changed. */
export function rebuildSnapshots(base: Snapshot, events: readonly FeedEvent[]): Snapshot[] {
  const rows = new Map(Prices.parse(structuredClone(base.body)).data.map((row) => [row.id, row as MutableRow]));
  const gone = new Map<string, MutableRow>();
  const times = [...new Set(events.map(({ at }) => at))].toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return times.map((time) => {
    for (const event of events) if (event.at === time) applyEvent(rows, gone, event);
    return { name: time, at: Date.parse(time), body: structuredClone({ data: [...rows.values()] }) };
  });
}

function applyEvent(rows: Map<string, MutableRow>, gone: Map<string, MutableRow>, event: FeedEvent): void {
  const row = rows.get(event.id);
  if (event.type === 'removed') {
    if (row) gone.set(event.id, row);
    rows.delete(event.id);
  } else if (event.type === 'added') {
    rows.set(event.id, {
      ...emptyRow(event.id),
      ...gone.get(event.id),
      pricing: event.pricing,
      context_length: event.context_length,
    });
  } else if (row && event.type === 'params') {
    const kept = (row['supported_parameters'] as string[]).filter((name) => !event.removed.includes(name));
    row['supported_parameters'] = [...new Set([...kept, ...event.added])];
  } else if (row && (event.type === 'price' || event.type === 'field')) setField(row, event.field, event.new);
}

function setField(row: MutableRow, path: string, value: unknown): void {
  const [first = '', ...rest] = path.split('.');
  const inner = rest.join('.');
  if (inner === '') row[first] = value;
  else {
    const object = { ...(row[first] as Record<string, unknown>) };
    if (value === null && first === 'pricing') delete object[inner];
    else object[inner] = value;
    row[first] = object;
  }
}

/** What the record does not say of a model that came later: as little as makes it a row. */
function emptyRow(id: string): MutableRow {
  return {
    id,
    name: id,
    architecture: { input_modalities: ['text'], output_modalities: ['text'] },
    top_provider: {},
    supported_parameters: [],
  };
}
