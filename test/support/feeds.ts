// Feeds in the exact shapes of their sources, made here: OpenRouter's list, models.dev, ArtificialAnalysis' pages.

export type RowWish = {
  readonly id: string;
  /** USD per million tokens. */
  readonly input?: number | string;
  readonly output?: number | string;
  readonly pricing?: Readonly<Record<string, unknown>>;
  readonly rest?: Readonly<Record<string, unknown>>;
};

/** USD per million as OpenRouter writes it: a decimal text in USD per token. */
export function perToken(perMillion: number | string): string {
  const [whole = '0', fraction = ''] = String(perMillion).split('.');
  if (whole.startsWith('-')) return '-1';
  const digits = `${whole}${fraction}`.padStart(7 + fraction.length, '0');
  const point = digits.length - fraction.length - 6;
  const text = `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/^0+(?=\d)/, '').replace(/0+$/, '');
  return text.replace(/\.$/, '');
}

export function openRouterRow({
  id,
  input = 1,
  output = 4,
  pricing = {},
  rest = {},
}: RowWish): Record<string, unknown> {
  return {
    id,
    canonical_slug: `${id}-20260101`,
    hugging_face_id: null,
    name: `Name of ${id}`,
    created: 1_780_000_000,
    description: 'A model.',
    context_length: 200_000,
    architecture: {
      modality: 'text+image->text',
      input_modalities: ['text', 'image'],
      output_modalities: ['text'],
      tokenizer: 'Other',
      instruct_type: null,
    },
    pricing: { prompt: perToken(input), completion: perToken(output), ...pricing },
    top_provider: { context_length: 200_000, max_completion_tokens: 32_000, is_moderated: false },
    per_request_limits: null,
    supported_parameters: [
      'max_tokens',
      'temperature',
      'tools',
      'tool_choice',
      'response_format',
      'structured_outputs',
    ],
    default_parameters: {},
    supported_voices: null,
    knowledge_cutoff: null,
    expiration_date: null,
    links: { details: `/api/v1/models/${id}/endpoints` },
    ...rest,
  };
}

export function openRouterFeed(rows: readonly (RowWish | Record<string, unknown>)[]): Record<string, unknown> {
  const data = rows.map((row) => ('pricing' in row && 'architecture' in row ? row : openRouterRow(row as RowWish)));
  return { data, total_count: data.length, links: { next: null } };
}

type DevModel = { readonly cost?: unknown; readonly limit?: unknown } & Readonly<Record<string, unknown>>;

/** models.dev with at least one model of every direct provider. */
export function modelsDevFeed(
  models: Readonly<Record<string, Readonly<Record<string, DevModel>>>>,
): Record<string, unknown> {
  const filler = {
    filler: { id: 'filler', name: 'Filler', cost: { input: 1, output: 1 }, limit: { context: 1_000, output: 1_000 } },
  };
  const feed: Record<string, unknown> = {};
  for (const name of new Set(['openai', 'anthropic', 'google', 'groq', ...Object.keys(models)])) {
    const own = Object.fromEntries(
      Object.entries(models[name] ?? {}).map(([id, model]) => [id, { id, name: id, ...model }]),
    );
    feed[name] = {
      id: name,
      env: [],
      npm: '@ai-sdk/x',
      name,
      doc: 'https://example.com',
      models: { ...filler, ...own },
    };
  }
  return feed;
}

export type RatedWish = {
  readonly id: string;
  readonly slug?: string;
  readonly intelligence?: number | null;
  readonly coding?: number | null;
  readonly agentic?: number | null;
  readonly speed?: number | null;
  readonly firstTokenSec?: number | null;
};

export function ratingRow(wish: RatedWish): Record<string, unknown> {
  return {
    id: wish.id,
    name: wish.slug ?? wish.id,
    slug: wish.slug ?? wish.id,
    release_date: null,
    model_creator: { id: '00000000-0000-4000-8000-00000000000c', name: 'Creator' },
    evaluations: {
      artificial_analysis_intelligence_index: wish.intelligence ?? null,
      artificial_analysis_coding_index: wish.coding ?? null,
      artificial_analysis_agentic_index: wish.agentic ?? null,
    },
    artificial_analysis_intelligence_index_cost: null,
    pricing: null,
    performance: {
      median_output_tokens_per_second: wish.speed ?? null,
      median_time_to_first_token_seconds: wish.firstTokenSec ?? null,
      median_time_to_first_answer_token_seconds: null,
      median_end_to_end_response_time_seconds: null,
    },
  };
}

/** Pages of 200 rows, as the free tier gives them. */
export function ratingPages(
  rows: readonly RatedWish[],
  version: number | string = 4.3,
  pageSize = 200,
): Record<string, unknown>[] {
  const total = Math.max(1, Math.ceil(rows.length / pageSize));
  return Array.from({ length: total }, (_, place) => ({
    tier: 'free',
    intelligence_index_version: version,
    pagination: { page: place + 1, page_size: pageSize, total_pages: total, has_more: place + 1 < total },
    data: rows.slice(place * pageSize, (place + 1) * pageSize).map(ratingRow),
  }));
}
