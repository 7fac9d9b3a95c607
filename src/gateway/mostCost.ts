// The most that a call may cost, as far as that can be told before it. Pure.
import type { CatalogModel } from '../domain/catalog.ts';
import type { Chat } from '../domain/chat.ts';
import type { PicoUsd } from '../domain/money.ts';
import { answersFrom } from '../domain/parameters.ts';
import { NO_USAGE, type Usage, costOf } from '../domain/usage.ts';

export type Asked = {
  readonly inputTokens: number;
  /** Of one answer. */
  readonly outputTokens: number;
  readonly images: number;
  /** ms epoch of the request: picks time-window prices. */
  readonly at: number;
};

/**
 * At the tier of its prompt, served as the service tier that was asked for, all of its `n` answers, its images and searches; the
 * prompt written to a cache where it may be, the answer thought where thinking is dearer. Undefined when a price is not known.
 */
export function mostCost(model: CatalogModel, chat: Chat, asked: Asked): PicoUsd | undefined {
  const { prices, provider } = model;
  const output = asked.outputTokens * answersFrom(provider, chat.n);
  const rest: Usage = {
    ...NO_USAGE,
    images: asked.images,
    webSearches: searchesOf(chat),
    ...(NOT_TAKEN_TIER.has(provider) ? {} : tierOf(chat)),
  };
  let most = costOf({ ...rest, input: asked.inputTokens, output }, prices, asked.at)?.total;
  if (most === undefined) return undefined;
  for (const prompt of promptsOf(asked.inputTokens, chat, model)) {
    for (const reasoning of [0, output]) {
      const other = costOf({ ...rest, ...prompt, output, reasoning }, prices, asked.at)?.total;
      if (other !== undefined && other > most) most = other;
    }
  }
  return most;
}

/** These are never told of it by us. */
const NOT_TAKEN_TIER: ReadonlySet<string> = new Set(['anthropic', 'google']);

function tierOf({ service_tier: tier }: Chat): { serviceTier?: string } {
  if (typeof tier !== 'string') return {};
  // OpenAI's other word for it.
  return { serviceTier: tier === 'fast' ? 'priority' : tier };
}

function searchesOf({ tools = [], web_search_options: searches }: Chat): number {
  const offered = (tools as readonly { readonly type: string; readonly max_uses?: unknown }[]).filter(({ type }) =>
    type.startsWith('web_search'),
  );
  const most = offered.reduce((sum, { max_uses: uses }) => sum + (typeof uses === 'number' ? uses : 1), 0);
  return most + (searches === null || searches === undefined ? 0 : 1);
}

/** Written to a cache where the caller says so; vendors but Anthropic do it unasked. */
function promptsOf(tokens: number, chat: Chat, { provider }: CatalogModel): Partial<Usage>[] {
  const marks = provider === 'anthropic' || provider === 'openrouter' ? marksOf(chat) : [];
  const isWritten = provider !== 'anthropic' || marks.length > 0;
  return [
    { input: tokens },
    ...(isWritten ? [{ cacheWrite5m: tokens }] : []),
    ...(marks.includes('1h') ? [{ cacheWrite1h: tokens }] : []),
  ];
}

type Marked = { readonly cache_control?: { readonly ttl?: string | undefined } | null | undefined };

function marksOf({ messages, tools = [], cache_control: whole }: Chat): string[] {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? (content as readonly Marked[]) : []));
  const all = [...parts, ...(tools as readonly Marked[]), { cache_control: whole } as Marked];
  return all.flatMap(({ cache_control: mark }) => (mark ? [mark.ttl ?? '5m'] : []));
}
