// Whether a log is the one that a checkpoint's rows were made from. Positions alone do not tell: another log of the same kind has the
// same ones for other events, and a log that was restored from an older backup will have them again.
import { type EventStore, type Position, START, comparePositions } from '../src/eventstore/eventStore.ts';

/** The newest event whose rows are in, and where it stood. */
export type LastEvent = {
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
  readonly position: Position;
};

/** @throws StoreUnavailableError */
export async function isSameLog(
  store: EventStore,
  { position, lastEvent }: { readonly position: Position; readonly lastEvent: LastEvent | null },
): Promise<boolean> {
  if (position === START) return true;
  if (store.owns?.(position) === false) return false;
  if (!lastEvent) return comparePositions(position, (await store.head()) ?? START) <= 0;
  const at = BigInt(lastEvent.revision);
  for await (const event of store.readStream(lastEvent.stream, { from: at, to: at })) {
    return event.id === lastEvent.id && comparePositions(event.position, lastEvent.position) === 0;
  }
  return false;
}
