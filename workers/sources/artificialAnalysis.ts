// ArtificialAnalysis' GET /api/v2/language/models/free?page=N: every field may be null, 0 means not measured, ids are the join key.
import { z } from 'zod';
import type { Rating } from '../../src/domain/catalog.ts';
import { FeedRefused } from './feedReading.ts';
import { dropEmpty } from './openrouterModels.ts';

export const ARTIFICIAL_ANALYSIS = 'artificialanalysis';
export const ATTRIBUTION = 'Ratings: Artificial Analysis, https://artificialanalysis.ai/';

const figure = z.number().nullish().catch(null);
const Row = z.looseObject({
  id: z.string().min(1),
  slug: z.string().nullish(),
  name: z.string().nullish(),
  evaluations: z
    .looseObject({
      artificial_analysis_intelligence_index: figure,
      artificial_analysis_coding_index: figure,
      artificial_analysis_agentic_index: figure,
    })
    .nullish(),
  performance: z
    .looseObject({ median_output_tokens_per_second: figure, median_time_to_first_token_seconds: figure })
    .nullish(),
});
const Page = z.looseObject({
  intelligence_index_version: z.union([z.number(), z.string()]),
  pagination: z.looseObject({ page: z.number().int().positive(), total_pages: z.number().int().positive() }),
  data: z.array(z.unknown()).min(1),
});

export type RatedRow = { readonly id: string; readonly name: string; readonly rating: Rating };
export type RatingPage = {
  readonly indexVersion: string;
  readonly page: number;
  readonly totalPages: number;
  readonly rows: readonly RatedRow[];
  readonly malformed: number;
};

/** @throws FeedRefused when it is not a page of ratings */
export function readRatingPage(body: unknown): RatingPage {
  const page = Page.safeParse(body);
  if (!page.success) {
    const [issue] = page.error.issues;
    throw new FeedRefused(
      ARTIFICIAL_ANALYSIS,
      `not a page of ratings: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  const rows = page.data.data.map((row) => Row.safeParse(row));
  const malformed = rows.filter((row) => !row.success).length;
  if (malformed > rows.length * 0.1) {
    throw new FeedRefused(ARTIFICIAL_ANALYSIS, `${malformed} of ${rows.length} rows are not readable`);
  }
  return {
    indexVersion: String(page.data.intelligence_index_version),
    page: page.data.pagination.page,
    totalPages: page.data.pagination.total_pages,
    rows: rows.flatMap((row) => (row.success ? [toRated(row.data)] : [])),
    malformed,
  };
}

function toRated({ id, name, slug, evaluations, performance }: z.infer<typeof Row>): RatedRow {
  const seconds = measured(performance?.median_time_to_first_token_seconds);
  return {
    id,
    name: slug ?? name ?? id,
    rating: dropEmpty({
      intelligence: measured(evaluations?.artificial_analysis_intelligence_index),
      coding: measured(evaluations?.artificial_analysis_coding_index),
      agentic: measured(evaluations?.artificial_analysis_agentic_index),
      firstTokenMs: seconds === undefined ? undefined : Math.round(seconds * 1_000_000) / 1_000,
      tokensPerSecond: measured(performance?.median_output_tokens_per_second),
    }),
  };
}

function measured(value: number | null | undefined): number | undefined {
  return value === null || value === undefined || value <= 0 ? undefined : value;
}
