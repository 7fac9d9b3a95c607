// Gives back what was reserved for requests whose process died, and takes away kept bodies whose time is over.
import { expireReservations, forgetSettlements } from '../../src/accounts/budgets.ts';
import { expireCapturedContent } from '../../src/accounts/capturedContent.ts';
import { expireKeptAnswers } from '../../src/accounts/keptAnswers.ts';
import type { Job } from '../job.ts';

export const sweepAccounts: Job<'sweepAccounts'> = {
  timeoutMs: 60_000,
  isFrequent: true,
  async run({ postgres, clock }, { dryRun }) {
    if (dryRun) return {};
    const reservations = await expireReservations(postgres, clock);
    await forgetSettlements(postgres, clock);
    const answers = await expireKeptAnswers(postgres, clock);
    return { reservations, answers, contents: await expireCapturedContent(postgres, clock) };
  },
};
