// What the specs of ratings share: a feed of their pages, models in the catalog, and which row is which model.
import { RATINGS_PATH } from '../../support/feedServer.ts';
import type { RatedWish } from '../../support/feeds.ts';
import { registerModels, useJobs } from './jobBench.ts';

export const uuid = (digit: number) => `00000000-0000-4000-8000-${String(digit).padStart(12, '0')}`;
/** A whole feed: figures from 10 on, so that there is a scale. */
export const rows = (count: number, factor = 1): RatedWish[] =>
  Array.from({ length: count }, (_, place) => ({
    id: uuid(place),
    slug: `model-${place}`,
    intelligence: (10 + place / 10) * factor,
    coding: (20 + place / 10) * factor,
    speed: 100,
    firstTokenSec: 1.5,
  }));

/** Call inside `describe`. */
export function useRatings() {
  const bench = useJobs();
  const serve = (pages: readonly unknown[]) =>
    bench.feeds.answers.set(RATINGS_PATH, (request) => {
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
      return { body: pages[page - 1] };
    });
  const register = (names: readonly string[]) => registerModels(bench, names, null);
  const map = (models: readonly { id: string; model: string; effort?: string }[], rest: object = {}) => {
    bench.file = { models: [], sync: { ratings: { models, ...rest } } };
  };
  const ratingsOf = async (name: string) => (await bench.catalog()).models.get(`openai/${name}`)?.ratings;
  return { bench, serve, register, map, ratingsOf };
}
