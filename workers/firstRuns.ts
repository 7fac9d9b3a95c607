// What a worker asks for when it starts, rather than waiting for the next tick: feeds that have never been read, or not for long. Only
// where real providers are configured: a router that simulates needs no network. Pure.
import type { Env } from '../src/config/env.ts';
import type { JobName } from '../src/queue/jobs.ts';
import type { FeedAge } from '../src/readmodels/feedAges.ts';

const OLD_MS = 6 * 3_600_000;

export type FirstRun = { readonly name: JobName; readonly key: string };

/** The key is that of the hour, so that several workers ask once and a worker that keeps ending does not ask each time. */
export function firstRuns(
  ages: readonly FeedAge[],
  env: Pick<Env, 'providers' | 'artificialAnalysis'>,
  now: number,
): FirstRun[] {
  if (Object.values(env.providers).every(({ apiKeys }) => apiKeys.length === 0)) return [];
  const isOld = (source: string) => !ages.some((age) => age.source === source && now - age.takenAt.getTime() < OLD_MS);
  const hour = Math.floor(now / 3_600_000);
  const names: JobName[] = [];
  if (isOld('openrouter') || isOld('models_dev')) names.push('syncPricing');
  if (env.artificialAnalysis.apiKey !== undefined && isOld('artificialanalysis')) names.push('syncRatings');
  return names.map((name) => ({ name, key: `${name}.start.${hour}` }));
}
