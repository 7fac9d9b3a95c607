// Moves changes of accounts from the outbox to `admin-main`. What an earlier run appended and could not mark is left out.
import { type AdminAction, drainOutbox } from '../../src/accounts/outbox.ts';
import { saysTheSame } from '../../src/domain/canonicalJson.ts';
import { ADMIN_STREAM } from '../../src/domain/events.ts';
import { appendChanges } from '../../src/eventstore/appendChanges.ts';
import type { Job, JobTools } from '../job.ts';

export const appendAdminActions: Job<'appendAdminActions'> = {
  timeoutMs: 60_000,
  isFrequent: true,
  async run(tools) {
    const moved = await drainOutbox(tools, (actions) => append(tools, actions));
    return { moved };
  },
};

async function append(tools: JobTools, actions: readonly AdminAction[]): Promise<void> {
  await appendChanges(tools, ADMIN_STREAM, (events) => {
    const known = events.flatMap((event) => (event.type === 'AdminActed' ? [event.data] : []));
    return actions
      .filter((action) => !known.some((data) => saysTheSame(data, action)))
      .map((data) => ({ type: 'AdminActed' as const, data }));
  });
}
