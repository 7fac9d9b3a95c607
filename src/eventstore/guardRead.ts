// A read of EventStoreDB that ends: reads have no deadline in the client, so one that stays silent while it is waited for is ended here.
import type { Readable } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { StoreUnavailableError } from './eventStore.ts';
import { isOfType, toKnown } from './eventstoredbForms.ts';
import { pause } from './followCategories.ts';

type Reading<T> = AsyncIterable<T> & Pick<Readable, 'on' | 'destroy'> & { cancel(): Promise<void> };
type Options = { readonly clock: Clock; readonly logger: Logger; readonly readSilenceMs: number };

/** An absent stream is empty. @throws StoreUnavailableError */
export async function* guardRead<T>(reading: Reading<T>, { clock, logger, readSilenceMs }: Options): AsyncGenerator<T> {
  const over = new AbortController();
  let waitingFor = 0;
  let waiting = true;
  const watch = async (): Promise<void> => {
    for (let seen = -1; !over.signal.aborted;) {
      if (waiting && seen === waitingFor) reading.destroy(new StoreUnavailableError('the event log stays silent'));
      seen = waitingFor;
      await pause(clock, readSilenceMs, over.signal);
    }
  };
  const watched = watch();
  reading.on('error', (error: unknown) => logger.debug('a read of the event log failed', { error }));
  try {
    for await (const item of reading) {
      waiting = false;
      yield item;
      waitingFor += 1;
      waiting = true;
    }
  } catch (error) {
    if (!isOfType(error, 'stream-not-found')) throw toKnown(error);
  } finally {
    over.abort();
    await watched;
    reading.cancel().catch((error: unknown) => {
      logger.debug('a read of the event log had no connection to cancel', { error });
    });
  }
}
