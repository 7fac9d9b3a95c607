// npm run migrate-log -- --from URL --to URL: copies the event log into another backend, and proves by count and hash chain that the copy
// is the same log. May be ended and run again.
import { type EventStore } from '../eventstore/eventStore.ts';
import { compareLogs, copyLog, summariseLog } from '../eventstore/copyLog.ts';
import { openEventStore } from '../eventstore/open.ts';
import { migrate } from '../platform/migrations.ts';
import { StartError } from '../platform/startError.ts';
import { MIGRATIONS } from '../setup.ts';
import { type CommandTools, readArguments, runCommand } from './command.ts';

const USAGE = 'npm run migrate-log -- --from postgres://… --to esdb://…';
const TELL_EVERY_MS = 2_000;

await runCommand(async (tools) => {
  const { options } = readArguments(USAGE, ['from', 'to']);
  const { from, to } = options;
  if (from === undefined || to === undefined || from === to)
    throw new StartError(`two different addresses are needed\nUsage: ${USAGE}`);
  const { clock, logger } = tools;
  if (to.startsWith('postgres')) await migrate({ databaseUrl: to, directory: MIGRATIONS, logger });
  const stores = { from: open(tools, '--from', from), to: open(tools, '--to', to) };
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new StartError('ended; run it again to go on')));
  try {
    let toldAt = clock.monotonicMs();
    const onProgress = (copied: number) => {
      if (clock.monotonicMs() - toldAt < TELL_EVERY_MS) return;
      toldAt = clock.monotonicMs();
      console.log(`${copied} events copied`);
    };
    const copied = await copyLog({ ...stores, clock, signal: stop.signal, onProgress });
    console.log(`${copied} events copied; comparing`);
    const [source, target] = [
      await summariseLog(stores.from, clock, stop.signal),
      await summariseLog(stores.to, clock, stop.signal),
    ];
    const problems = compareLogs(source, target);
    if (problems.length > 0)
      throw new StartError(
        `the copy is not the same log (if a router still writes, stop it and run this again):\n${problems.join('\n')}`,
      );
    console.log(
      `The same log: ${target.events} events in ${target.heads.size} streams, every stream ends in the same hash.\n` +
        'Set EVENTSTORE_URL to it and start the router: read models are built again by themselves, because positions in it are others.',
    );
  } finally {
    await stores.from.close();
    await stores.to.close();
  }
});

function open({ clock, logger }: CommandTools, option: string, url: string): EventStore {
  try {
    return openEventStore({ url, databaseUrl: url, applicationName: 'omni-migrate-log', clock, logger });
  } catch (error) {
    throw new StartError(`${option}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
