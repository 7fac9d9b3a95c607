// Which answers of an event store are final: repeating such an append cannot help.
import { ConflictError, EventTooLargeError } from './eventStore.ts';

export function isRefusal(error: unknown): boolean {
  return error instanceof ConflictError || error instanceof EventTooLargeError;
}
