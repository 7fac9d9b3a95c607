// The only door to `pg`: a small typed pool. A lost connection rejects the query that used it and nothing else.
import {
  Client,
  Pool,
  type ClientBase,
  type CustomTypesConfig,
  type PoolClient,
  type PoolConfig,
  types as pgTypes,
} from 'pg';
import type { Logger } from './logger.ts';

export type QueryResult<Row> = { readonly rows: Row[]; readonly rowCount: number };

export type Queryable = {
  /** `int8` comes as bigint, `numeric` and `date` as text, `timestamptz` as Date, `json` parsed. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
};

/** One dedicated connection: for session locks and LISTEN. `lost` is aborted when the connection ends by itself. */
export type PostgresSession = Queryable & {
  readonly lost: AbortSignal;
  onNotification(handler: (channel: string, payload: string) => void): void;
  close(): Promise<void>;
};

export type Postgres = Queryable & {
  /** Commits what `work` did, or rolls all of it back when it throws. */
  transaction<T>(work: (client: Queryable) => Promise<T>): Promise<T>;
  openSession(): Promise<PostgresSession>;
  close(): Promise<void>;
};

export type PostgresOptions = {
  readonly connectionString: string;
  readonly applicationName: string;
  readonly logger: Logger;
  readonly max?: number;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
};

const INT8: number = pgTypes.builtins.INT8;
const DATE: number = pgTypes.builtins.DATE;
// `_int8`, the array type: pg-types has no name for it.
const INT8_ARRAY = 1016;

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, (text) => BigInt(text)],
  [INT8_ARRAY, (text) => toBigints(pgTypes.getTypeParser(INT8_ARRAY as number, 'text')(text))],
  // A day has no time zone; as a Date it would be the day before, west of here.
  [DATE, (text) => text],
]);
const types: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pgTypes.getTypeParser(oid, 'binary');
    return parsers.get(oid) ?? pgTypes.getTypeParser(oid, 'text');
  },
};

function toBigints(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toBigints);
  return typeof value === 'string' ? BigInt(value) : value;
}

export function openPostgres(options: PostgresOptions): Postgres {
  const settings: PoolConfig = {
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max ?? 8,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 3_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    // A server that vanished without a word: the query fails a little after its statement timeout.
    query_timeout: (options.statementTimeoutMs ?? 30_000) + 2_000,
    keepAlive: true,
    types,
  };
  const pool = new Pool(settings);
  pool.on('error', (error) => options.logger.warn('an idle database connection was lost', { error }));
  return {
    query: (text, values) => withClient(pool, (client) => run(client, text, values)),
    transaction: (work) => withClient(pool, (client) => inTransaction(client, work)),
    openSession: () => openSession(options),
    close: () => pool.end(),
  };
}

/** Lends a connection. It goes back into the pool unless it broke: a refused statement does not cost a new connection. */
async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A lent connection has no listener of the pool's: without this one, a server that dies ends the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof Error && isUnavailable(error)) broken ??= error;
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

async function inTransaction<T>(client: PoolClient, work: (client: Queryable) => Promise<T>): Promise<T> {
  await client.query('begin');
  let result: T;
  try {
    result = await work({ query: (text, values) => run(client, text, values) });
  } catch (error) {
    await rollBack(client, error);
    throw error;
  }
  const { command } = await client.query('commit');
  // What the server answers to a commit after a failed statement whose error `work` kept to itself.
  if (command === 'ROLLBACK') throw new Error('nothing was committed: a statement of this transaction had failed');
  return result;
}

/** @throws Error when the connection is of no more use; both reasons are in it */
async function rollBack(client: PoolClient, reason: unknown): Promise<void> {
  // The server has forgotten the transaction already.
  if (isUnavailable(reason)) return;
  try {
    await client.query('rollback');
  } catch (error) {
    throw new Error(`Connection terminated: the rollback failed after ${String(reason)}`, { cause: error });
  }
}

async function run<Row extends object>(
  target: ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<QueryResult<Row>> {
  const { rows, rowCount } = await target.query<Row>(text, [...values]);
  return { rows, rowCount: rowCount ?? 0 };
}

export async function openSession(options: SingleOptions): Promise<PostgresSession> {
  const { client, lost } = createSingleClient(options);
  await client.connect();
  return {
    lost: lost.signal,
    query: (text, values) => run(client, text, values),
    onNotification: (handler) => {
      client.on('notification', ({ channel, payload }) => handler(channel, payload ?? ''));
    },
    close: () => client.end(),
  };
}

type SingleOptions = Pick<PostgresOptions, 'connectionString' | 'applicationName' | 'connectTimeoutMs'>;

function createSingleClient(options: SingleOptions): { client: Client; lost: AbortController } {
  // No statement timeout: locks and notifications are waited for as long as it takes.
  const client = new Client({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 3_000,
    keepAlive: true,
    types,
  });
  const lost = new AbortController();
  client.on('error', (error) => lost.abort(error));
  client.on('end', () => lost.abort(new Error('the database connection ended')));
  return { client, lost };
}

/** Lends a bare connection to a library that speaks `pg` itself, and closes it. */
export async function withBareClient<T>(options: SingleOptions, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const { client } = createSingleClient(options);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const CONNECTION_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOENT',
]);
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|not queryable|pool after calling end/i;

/** True when the database could not be reached or went away, as opposed to a statement that it refused. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = 'code' in error ? String(error.code) : '';
  // Classes 08 connection exception and 57P admin shutdown, crash, cannot connect now; 53300 too many connections.
  return /^(08|57P0|53300)/.test(code) || CONNECTION_ERRORS.has(code) || CONNECTION_MESSAGES.test(error.message);
}

// The server is there but cannot take it now: a statement's or an idle transaction's timeout, a read-only replica after a
// failover, a serialization failure, a deadlock, a lock's timeout, no memory or disk left, a failing disk.
const NOT_NOW = /^(57014|25P03|25006|40001|40P01|55P03|53|58)/;

/** True when the same statement may well work a little later. */
export function cannotNow(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof Error && 'code' in error && NOT_NOW.test(String(error.code)));
}
