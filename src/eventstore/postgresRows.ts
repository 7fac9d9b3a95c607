// What the Postgres log's writer and its followers share: the form of a row and the meaning of a lost connection.
import type { EventType } from '../domain/events.ts';
import { cannotNow } from '../platform/postgres.ts';
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
  // One that a newer release wrote is given like any other: whoever opens it says which one it cannot read.
  return { id, type: type as EventType, data, metadata, stream, revision, position: position.toString(), recordedAt };
}

export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw cannotNow(error)
      ? new StoreUnavailableError('the event log in Postgres cannot be reached', { cause: error })
      : error;
  }
}
