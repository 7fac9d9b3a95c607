// Moves changes of accounts, and their alerts, from the outbox to `admin-main`. What an earlier run appended and could not mark is
// left out.
import { type AdminEvent, drainOutbox } from '../../src/accounts/outbox.ts';
import { saysTheSame } from '../../src/domain/canonicalJson.ts';
import { ADMIN_STREAM } from '../../src/domain/events.ts';
import { appendChanges } from '../../src/eventstore/appendChanges.ts';
import type { Job, JobTools } from '../job.ts';

export const appendAdminActions: Job<'appendAdminActions'> = {
  timeoutMs: 60_000,
  isReported: false,
  async run(tools) {
    const moved = await drainOutbox(tools, (events) => append(tools, events));
    return { moved };
  },
};

async function append(tools: JobTools, waiting: readonly AdminEvent[]): Promise<void> {
  await appendChanges(tools, ADMIN_STREAM, (events) =>
    waiting.filter(({ type, data }) => !events.some((known) => known.type === type && saysTheSame(known.data, data))),
  );
}
