// Pages of the Postgres log that several followers of one process share: whoever asks first reads, the others get the same rows. Events
// are parsed once, however many projections look at them.
import type { Postgres } from '../platform/postgres.ts';
import type { RecordedEvent } from './eventStore.ts';
import { type EventRow, toRecorded } from './postgresRows.ts';

export type LogPage = {
  readonly events: RecordedEvent[];
  readonly position: bigint;
  /** More may be there already. */
  readonly full: boolean;
};
export type SharedPages = { read(after: bigint, categories: readonly string[]): Promise<LogPage> };

type PageRow = EventRow & { readonly category: string };
type Rows = { readonly rows: readonly PageRow[]; readonly position: bigint; readonly full: boolean };

const PAGE = 2_000;
// Followers that begin together stay close to each other. A page is a few MB.
const MOST_PAGES = 3;

export function createSharedPages(postgres: Postgres): SharedPages {
  const pages = new Map<bigint, Promise<Rows>>();
  const opened = new WeakMap<EventRow, RecordedEvent>();

  const readOnce = (after: bigint): { reading: Promise<Rows>; first: boolean } => {
    const known = pages.get(after);
    if (known) return { reading: known, first: false };
    const reading = readRows(postgres, after);
    pages.set(after, reading);
    const [oldest] = pages.keys();
    if (pages.size > MOST_PAGES && oldest !== undefined) pages.delete(oldest);
    // Nothing there yet, or a failure: the next one has to look again.
    const forget = () => pages.get(after) === reading && pages.delete(after);
    reading.then(({ rows }) => rows.length === 0 && forget(), forget);
    return { reading, first: true };
  };
  /** Only rows that somebody follows are looked into: an event that cannot be read stops nobody else. */
  const open = (row: EventRow): RecordedEvent => {
    const known = opened.get(row) ?? toRecorded(row);
    opened.set(row, known);
    return known;
  };

  return {
    async read(after, categories) {
      const { reading, first } = readOnce(after);
      const { rows, position, full } = await reading;
      const events = rows.filter(({ category }) => categories.includes(category)).map(open);
      // What another one read may have been overtaken by the log since: whoever was not the first looks once more.
      return { events, position, full: full || !first };
    },
  };
}

/** Of all categories: each follower picks its own. */
async function readRows(postgres: Postgres, after: bigint): Promise<Rows> {
  const { rows } = await postgres.query<PageRow>(
    `select position, stream, category, revision, id, type, data, metadata, recorded_at from eventlog.events
     where position > $1 order by position limit ${PAGE}`,
    [after],
  );
  const last = rows.at(-1);
  return { rows, position: last?.position ?? after, full: rows.length === PAGE };
}
