// What was asked and answered, kept for the orgs that ask for it. It is written beside the answer: a database that is away costs
// a body, never an answer, and the log says so.
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Queryable } from '../platform/postgres.ts';

export type Content = {
  readonly requestId: string;
  /** The line of the key that asked. */
  readonly holderId: string;
  readonly requestBody: Buffer;
  readonly answerStatus: number;
  readonly answerType: string;
  /** Null when it was too long to be kept. */
  readonly answerBody: Buffer | null;
};
export type KeptContent = Omit<Content, 'holderId'> & { readonly createdAt: Date; readonly expiresAt: Date };

export type CapturedContent = {
  keep(content: Content, days: number): void;
  /** Undefined when it was never kept, has expired or was erased. */
  read(requestId: string): Promise<KeptContent | undefined>;
  has(requestId: string): Promise<boolean>;
  /** Waits for what is being written. */
  close(): Promise<void>;
};

type Row = {
  request_body: Buffer;
  answer_status: number;
  answer_type: string;
  answer_body: Buffer | null;
  created_at: Date;
  expires_at: Date;
};

const DAY_MS = 86_400_000;

export function createCapturedContent(tools: {
  readonly postgres: Queryable;
  readonly clock: Clock;
  readonly logger: Logger;
}): CapturedContent {
  const { postgres, clock, logger } = tools;
  const writing = new Set<Promise<void>>();
  const write = async (content: Content, days: number): Promise<void> => {
    try {
      await insert(postgres, content, clock.now(), days);
    } catch (error) {
      logger.error('the content of a request could not be kept', { requestId: content.requestId, error });
    }
  };
  return {
    keep(content, days) {
      const work = write(content, days);
      writing.add(work);
      void work.finally(() => writing.delete(work));
    },
    async read(requestId) {
      const { rows } = await postgres.query<Row>(
        `select request_body, answer_status, answer_type, answer_body, created_at, expires_at
         from captured_content where request_id = $1 and expires_at > $2`,
        [requestId, isoTime(clock.now())],
      );
      const [row] = rows;
      return (
        row && {
          requestId,
          requestBody: row.request_body,
          answerStatus: row.answer_status,
          answerType: row.answer_type,
          answerBody: row.answer_body,
          createdAt: row.created_at,
          expiresAt: row.expires_at,
        }
      );
    },
    async has(requestId) {
      const { rowCount } = await postgres.query(
        'select from captured_content where request_id = $1 and expires_at > $2',
        [requestId, isoTime(clock.now())],
      );
      return rowCount > 0;
    },
    async close() {
      await Promise.all(writing);
    },
  };
}

async function insert(postgres: Queryable, content: Content, now: number, days: number): Promise<void> {
  const { requestId, holderId, requestBody, answerStatus, answerType, answerBody } = content;
  await postgres.query(
    `insert into captured_content (request_id, holder_id, request_body, answer_status, answer_type, answer_body, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (request_id) do nothing`,
    [
      requestId,
      holderId,
      requestBody,
      answerStatus,
      answerType,
      answerBody,
      isoTime(now),
      isoTime(now + days * DAY_MS),
    ],
  );
}

/** Takes away whose time is over. */
export async function expireCapturedContent(postgres: Queryable, clock: Pick<Clock, 'now'>): Promise<number> {
  const { rowCount } = await postgres.query('delete from captured_content where expires_at <= $1', [
    isoTime(clock.now()),
  ]);
  return rowCount;
}
