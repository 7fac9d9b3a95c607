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
  /** `int8` comes as bigint, `numeric` as text, `timestamptz` as Date. */
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
const types: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return (text: string) => BigInt(text);
    return format === 'binary' ? pgTypes.getTypeParser(oid, 'binary') : pgTypes.getTypeParser(oid, 'text');
  },
};

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
    query: (text, values) => run(pool, text, values),
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('begin');
        const result = await work({ query: (text, values) => run(client, text, values) });
        await client.query('commit');
        return result;
      } catch (error) {
        broken = await rollBack(client);
        throw error;
      } finally {
        client.release(broken);
      }
    },
    openSession: () => openSession(options),
    close: () => pool.end(),
  };
}

/** Undefined when the rollback worked, else the reason why this connection must not be used again. */
async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('rollback failed', { cause: error });
  }
}

async function run<Row extends object>(
  target: Pool | ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<QueryResult<Row>> {
  const { rows, rowCount } = await target.query<Row>(text, [...values]);
  return { rows, rowCount: rowCount ?? 0 };
}

export async function openSession(
  options: Pick<PostgresOptions, 'connectionString' | 'applicationName' | 'connectTimeoutMs'>,
): Promise<PostgresSession> {
  // No statement timeout: a session waits for locks and notifications as long as it takes.
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
