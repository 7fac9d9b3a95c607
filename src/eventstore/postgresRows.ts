// What the Postgres log's writer and its followers share: the form of a row and the meaning of a lost connection.
import { isUnavailable } from '../platform/postgres.ts';
import { isEventType } from './codec.ts';
import { type EventMetadata, type RecordedEvent, StoreUnavailableError } from './eventStore.ts';

export const APPENDED_CHANNEL = 'eventlog_appended';

export type EventRow = {
  position: bigint;
  stream: string;
  revision: bigint;
  id: string;
  type: string;
  data: unknown;
  metadata: EventMetadata;
  recorded_at: Date;
};

export function toRecorded(row: EventRow): RecordedEvent {
  const { position, stream, revision, id, type, data, metadata, recorded_at: recordedAt } = row;
  if (!isEventType(type)) throw new Error(`the log holds an event of unknown type ${type} at position ${position}`);
  return { id, type, data, metadata, stream, revision, position: position.toString(), recordedAt };
}

// The server is there but cannot take it now: a statement's or an idle transaction's timeout, a read-only replica after a
// failover, a serialization failure, a deadlock, a lock's timeout, no memory or disk left, a failing disk.
const NOT_NOW = /^(57014|25P03|25006|40001|40P01|55P03|53|58)/;

export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw cannotNow(error)
      ? new StoreUnavailableError('the event log in Postgres cannot be reached', { cause: error })
      : error;
  }
}

/** True when the same statement may well work a little later. */
export function cannotNow(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof Error && 'code' in error && NOT_NOW.test(String(error.code)));
}
