// Alerts on their way to people: kept in SQL first, so that none is lost and none is told twice.
import type { EventData } from '../../src/domain/events.ts';
import type { Random } from '../../src/platform/clock.ts';
import type { Queryable } from '../../src/platform/postgres.ts';
import type { AlertDraft } from '../rules/feedPlan.ts';

export type Alert = EventData<'AlertRaised'> & { readonly id: string };

/**
 * Keeps the alerts that have not been raised already: once in their quiet hours, and of a state once while it lasts. Returns how many
 * are new.
 */
export async function keepAlerts(
  client: Queryable,
  random: Random,
  drafts: readonly AlertDraft[],
  at: string,
): Promise<number> {
  let kept = 0;
  for (const { kind, subject, key, message, quietHours, isState = false } of drafts) {
    const { rowCount } = await client.query(
      `insert into alerts (id, kind, subject, key, message, raised_at)
       select $1, $2, $3, $4, $5, $6::timestamptz where not exists (
         select from alerts where kind = $2 and subject = $3 and key = $4
           and (($8 and ended_at is null) or raised_at > $6::timestamptz - make_interval(secs => $7)))`,
      [random.uuidv7(), kind, subject, key, message.slice(0, 1_000), at, quietHours * 3_600, isState],
    );
    kept += rowCount;
  }
  return kept;
}

/** The states of these kinds that do not stand any more: should they come back, they are told again. */
export async function endStates(
  client: Queryable,
  kinds: readonly string[],
  standing: readonly AlertDraft[],
  at: string,
): Promise<void> {
  await client.query(
    `update alerts a set ended_at = $2 where a.kind = any($1) and a.ended_at is null and not exists (
       select from unnest($3::text[], $4::text[], $5::text[]) s (kind, subject, key)
       where s.kind = a.kind and s.subject = a.subject and s.key = a.key)`,
    [
      kinds,
      at,
      standing.map(({ kind }) => kind),
      standing.map(({ subject }) => subject),
      standing.map(({ key }) => key),
    ],
  );
}

const COLUMNS = 'id, kind, subject, message, raised_at';
type AlertRow = { id: string; kind: string; subject: string; message: string; raised_at: Date };

/** Alerts that are not in the log yet, in order. */
export async function readUnappended(client: Queryable): Promise<Alert[]> {
  const { rows } = await client.query<AlertRow>(
    `select ${COLUMNS} from alerts where appended_at is null order by raised_at, id limit 200 for update skip locked`,
  );
  return rows.map(toAlert);
}

export async function markAppended(client: Queryable, ids: readonly string[], at: string): Promise<void> {
  await client.query('update alerts set appended_at = $2 where id = any($1::uuid[])', [ids, at]);
}

/** The next alert that the webhook has not taken and that was raised since then; the row is locked meanwhile. */
export async function nextUndelivered(
  client: Queryable,
  since: Date,
  after: string | undefined,
): Promise<Alert | undefined> {
  const { rows } = await client.query<AlertRow>(
    `select ${COLUMNS} from alerts where appended_at is not null and delivered_at is null and raised_at > $1
       and ($2::uuid is null or id > $2) order by id limit 1 for update skip locked`,
    [since, after ?? null],
  );
  const [row] = rows;
  return row && toAlert(row);
}

export async function markDelivered(client: Queryable, id: string, at: string): Promise<void> {
  await client.query(
    'update alerts set delivered_at = $2, attempt_count = attempt_count + 1, failure = null where id = $1',
    [id, at],
  );
}

export async function markUndelivered(client: Queryable, id: string, failure: string): Promise<void> {
  await client.query('update alerts set attempt_count = attempt_count + 1, failure = $2 where id = $1', [
    id,
    failure.slice(0, 300),
  ]);
}

function toAlert({ id, kind, subject, message, raised_at }: AlertRow): Alert {
  return { id, kind, subject, message, at: raised_at.toISOString() };
}
