// Answers by Idempotency-Key, for a day: the first request with a key claims it, its twins wait for what it says.
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Queryable } from '../platform/postgres.ts';

export type KeptAnswer = {
  readonly requestId: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type Claim =
  /** This request is the first: it has to answer, and to `keep` or `release`. */
  | { readonly is: 'first' }
  | { readonly is: 'answered'; readonly answer: KeptAnswer }
  | { readonly is: 'running' }
  /** The key belongs to another body. */
  | { readonly is: 'conflict' };

export type Claimed = {
  readonly holderId: string;
  readonly key: string;
  readonly digest: string;
  readonly requestId: string;
};

export type KeptAnswers = {
  claim(wanted: Claimed): Promise<Claim>;
  /** Says that the first request still runs. To be called more often than the lease is long. */
  renew(claimed: Claimed): Promise<void>;
  keep(claimed: Claimed, answer: Omit<KeptAnswer, 'requestId'>): Promise<void>;
  /** Gives the key back: what went wrong is not kept, and may be tried anew. */
  release(claimed: Claimed): Promise<void>;
};

export const LEASE_MS = 30_000;
const KEPT_MS = 24 * 3_600_000;

type Row = {
  digest: string;
  request_id: string;
  status: number | null;
  headers: Record<string, string> | null;
  body: Buffer | null;
};

const mine = ({ holderId, key, requestId }: Claimed) => [holderId, key, requestId];

export function createKeptAnswers(tools: { readonly postgres: Queryable; readonly clock: Clock }): KeptAnswers {
  const { postgres, clock } = tools;
  return {
    async claim({ holderId, key, digest, requestId }) {
      const now = clock.now();
      // Taken over where the day is over, or where the first one's process died over the same body.
      const { rowCount } = await postgres.query(
        `insert into kept_answers as k (holder_id, idempotency_key, digest, request_id, lease_until, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (holder_id, idempotency_key) do update set digest = excluded.digest, request_id = excluded.request_id,
           lease_until = excluded.lease_until, created_at = excluded.created_at, expires_at = excluded.expires_at,
           status = null, headers = null, body = null
         where k.expires_at <= $6 or (k.status is null and k.lease_until <= $6 and k.digest = excluded.digest)`,
        [holderId, key, digest, requestId, isoTime(now + LEASE_MS), isoTime(now), isoTime(now + KEPT_MS)],
      );
      if (rowCount > 0) return { is: 'first' };
      const { rows } = await postgres.query<Row>(
        'select digest, request_id, status, headers, body from kept_answers where holder_id = $1 and idempotency_key = $2',
        [holderId, key],
      );
      const [row] = rows;
      // Released in between: the next look claims it.
      if (!row) return { is: 'running' };
      if (row.digest !== digest) return { is: 'conflict' };
      if (row.status === null || !row.body) return { is: 'running' };
      const { request_id, status, headers, body } = row;
      return { is: 'answered', answer: { requestId: request_id, status, headers: headers ?? {}, body } };
    },
    async renew(claimed) {
      await postgres.query(
        'update kept_answers set lease_until = $4 where holder_id = $1 and idempotency_key = $2 and request_id = $3',
        [...mine(claimed), isoTime(clock.now() + LEASE_MS)],
      );
    },
    async keep(claimed, { status, headers, body }) {
      await postgres.query(
        `update kept_answers set status = $4, headers = $5, body = $6
         where holder_id = $1 and idempotency_key = $2 and request_id = $3`,
        [...mine(claimed), status, JSON.stringify(headers), body],
      );
    },
    async release(claimed) {
      await postgres.query(
        'delete from kept_answers where holder_id = $1 and idempotency_key = $2 and request_id = $3 and status is null',
        mine(claimed),
      );
    },
  };
}

/** Takes away whose day is over. */
export async function expireKeptAnswers(postgres: Queryable, clock: Pick<Clock, 'now'>): Promise<number> {
  const { rowCount } = await postgres.query('delete from kept_answers where expires_at <= $1', [isoTime(clock.now())]);
  return rowCount;
}
