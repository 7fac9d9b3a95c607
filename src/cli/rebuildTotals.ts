// npm run rebuild-totals: counts what budgets say was spent again, from the event log, also while the system runs.
import { type Completed, rebuildTotals } from '../accounts/rebuildTotals.ts';
import { openEvent } from '../eventstore/codec.ts';
import { type EventStore, type Position, START } from '../eventstore/eventStore.ts';
import { openEventStore } from '../eventstore/open.ts';
import type { Clock } from '../platform/clock.ts';
import { databaseUrlOf, runCommand, withDatabase } from './command.ts';
import { formatTable } from './formatTable.ts';

/** When nothing has come for that long, the end of the log is reached. */
const QUIET_MS = 500;

await runCommand(async (tools) => {
  const { env, clock, logger } = tools;
  const store = openEventStore({
    url: env.eventStoreUrl,
    databaseUrl: databaseUrlOf(env),
    applicationName: 'omni-rebuild-totals',
    clock,
    logger,
  });
  try {
    const read = createReader(store, clock);
    const rebuilt = await withDatabase(tools, (postgres) => rebuildTotals({ postgres, clock }, read));
    console.log(formatTable(rebuilt));
  } finally {
    await store.close();
  }
});

/** Each call goes on where the one before has ended. */
function createReader(store: EventStore, clock: Clock): () => AsyncGenerator<Completed> {
  let position: Position = START;
  return async function* read() {
    const startedAt = clock.now();
    const over = new AbortController();
    const batches = store.subscribe(position, ['request'], over.signal)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await Promise.race([batches.next(), clock.sleep(QUIET_MS).then(() => undefined)]);
        if (!next || next.done) return;
        for (const recorded of next.value.events) {
          const event = openEvent(recorded);
          if (event.type === 'RequestCompleted') yield event.data;
        }
        position = next.value.position;
        // Under constant load it is never quiet; what was stored after the start is as good an end.
        if (next.value.events.some(({ recordedAt }) => recordedAt.getTime() > startedAt)) return;
      }
    } finally {
      over.abort();
      await batches.return?.();
    }
  };
}
