// How each model answers today, as measured: one bucket of /v1/stats, so that its percentiles are whole.
import { queryOptions } from '@tanstack/react-query';
import { getJson } from '../../api/client.ts';
import type { StatPoint, Stats } from '../../api/stats.ts';
import { nowMs } from '../../clock.ts';

export type Today = ReadonlyMap<string, StatPoint>;

const DAY_MS = 86_400_000;

export function todayQuery() {
  const from = new Date(Math.floor(nowMs() / DAY_MS) * DAY_MS).toISOString();
  return queryOptions({
    queryKey: ['today', from],
    async queryFn({ signal }): Promise<Today> {
      const { series } = await getJson<Stats>('/v1/stats', { from, bucket: 'day', group: 'model' }, signal);
      return new Map(series.flatMap((point) => (point.key === null ? [] : [[point.key, point]])));
    },
  });
}
