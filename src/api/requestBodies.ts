// What callers may send, as schemas, and how it becomes a chat and wishes. Pure.
import { z } from 'zod';
import type { Catalog } from '../domain/catalog.ts';
import { PROVIDERS, findModel } from '../domain/catalog.ts';
import { Chat, Effort } from '../domain/chat.ts';
import { LatencyPref, Priority, type Session, type Wishes } from '../domain/decision.ts';
import { RouterError } from '../domain/errors.ts';
import { effortOfReasoning } from '../domain/reasoning.ts';
import type { Native } from '../gateway/gateway.ts';
import { formatDecimal, usdFromNumber } from '../domain/money.ts';

const names = z.array(z.string().min(1).max(200)).max(32, 'at most 32 names');
const usd = z.number().positive().max(1_000_000);

const price = z.number().nonnegative().max(1_000_000);
const sort = z.enum(['price', 'throughput', 'latency']);

/** OpenRouter's `provider` object, as it stands; unknown keys are passed on to OpenRouter. */
export const ProviderPreferences = z.looseObject({
  order: names.nullish(),
  only: names.nullish(),
  ignore: names.nullish(),
  allow_fallbacks: z.boolean().nullish(),
  require_parameters: z.boolean().nullish(),
  sort: z.union([sort, z.looseObject({ by: sort })], 'price, throughput or latency, or {by: one of them}').nullish(),
  max_price: z.looseObject({ prompt: price.nullish(), completion: price.nullish() }).nullish(),
});
type ProviderPreferences = z.infer<typeof ProviderPreferences>;

const streamed = {
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
};

/** `POST /v1/chat` and `/v1/agent-step`. */
export const ChatRequest = Chat.omit({ reasoning_effort: true }).extend({
  ...streamed,
  model: z.string().max(200).optional(),
  models: names.optional(),
  priority: Priority.default('balanced'),
  latency_pref: LatencyPref.default('normal'),
  max_cost: usd.optional(),
  effort: Effort.optional(),
  /** OpenAI's name of the same. */
  reasoning_effort: Effort.optional(),
  n: z.literal(1, 'the short form has one answer: ask /v1/chat/completions for several').optional(),
  provider: ProviderPreferences.optional(),
  deadline_ms: z.int().min(100).max(600_000).optional(),
  session_id: z.string().max(256).optional(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

/** What OpenAI's and Anthropic's forms have no field for: sent beside theirs (`extra_body`), never passed on. */
export const OURS = {
  priority: Priority.optional(),
  latency_pref: LatencyPref.optional(),
  max_cost: usd.optional(),
  deadline_ms: z.int().min(100).max(600_000).optional(),
};

/** `POST /v1/chat/completions`: OpenAI's request with OpenRouter's `models` and `provider`. */
export const ChatCompletionsRequest = Chat.extend({
  ...streamed,
  model: z.string().min(1, 'a model, or `auto`').max(200).optional(),
  models: names.optional(),
  provider: ProviderPreferences.optional(),
  session_id: z.string().max(256).optional(),
  ...OURS,
}).refine(({ model, models }) => model !== undefined || (models?.length ?? 0) > 0, {
  path: ['model'],
  error: 'a model, or `auto`; or `models`',
});
export type ChatCompletionsRequest = z.infer<typeof ChatCompletionsRequest>;

export type Parsed = {
  readonly chat: Chat;
  readonly wishes: Wishes;
  readonly session: Session | null;
  readonly openrouter: Readonly<Record<string, unknown>> | undefined;
  readonly native?: Native | undefined;
};

export function fromChatRequest(body: ChatRequest, catalog: Catalog): Parsed {
  const {
    stream: _stream,
    stream_options: _options,
    model,
    models,
    priority,
    latency_pref,
    max_cost,
    effort: ownEffort,
    reasoning_effort,
    n: _n,
    provider,
    deadline_ms,
    session_id,
    ...chat
  } = body;
  const chain = chainOf(model, models, catalog);
  const effort = ownEffort ?? reasoning_effort ?? effortOfReasoning(chat['reasoning']);
  return {
    chat,
    session: sessionOf(session_id),
    openrouter: openrouterPart(provider),
    wishes: {
      ...common(chat, chain, provider),
      priority: AUTO.get(model ?? '')?.priority ?? priority,
      latencyPref: AUTO.get(model ?? '')?.latencyPref ?? latency_pref,
      ...(max_cost === undefined ? {} : { maxCostUsd: decimalText(max_cost) }),
      ...(effort === undefined ? {} : { effort }),
      ...(deadline_ms === undefined ? {} : { deadlineMs: deadline_ms }),
    },
  };
}

export function fromChatCompletions(body: ChatCompletionsRequest, catalog: Catalog): Parsed {
  const {
    stream: _stream,
    stream_options: _options,
    model,
    models,
    provider,
    session_id,
    reasoning_effort,
    priority,
    latency_pref,
    max_cost,
    deadline_ms,
    ...chat
  } = body;
  const chain = chainOf(model, models, catalog);
  const effort = reasoning_effort ?? effortOfReasoning(chat['reasoning']);
  return {
    chat,
    session: sessionOf(session_id),
    openrouter: openrouterPart(provider),
    wishes: {
      ...common(chat, chain, provider),
      priority: AUTO.get(model ?? '')?.priority ?? priority ?? 'balanced',
      latencyPref: AUTO.get(model ?? '')?.latencyPref ?? latency_pref ?? 'normal',
      ...(max_cost === undefined ? {} : { maxCostUsd: decimalText(max_cost) }),
      ...(deadline_ms === undefined ? {} : { deadlineMs: deadline_ms }),
      ...(effort === undefined ? {} : { effort }),
    },
  };
}

type Auto = Partial<Pick<Wishes, 'priority' | 'latencyPref'>>;
/** Names that ask the router to choose; what a name does not say, the request's own fields do. */
const AUTO: ReadonlyMap<string, Auto> = new Map<string, Auto>([
  ['auto', {}],
  ['omni/auto', {}],
  ['auto:cost', { priority: 'cheap' }],
  ['auto:quality', { priority: 'best' }],
  ['auto:speed', { latencyPref: 'fast' }],
]);

type Chain = { readonly models: string[]; readonly fallback: boolean };

function chainOf(model: string | undefined, models: readonly string[] | undefined, catalog: Catalog): Chain {
  const wanted = [...(model === undefined || AUTO.has(model) ? [] : [model]), ...(models ?? [])].filter(
    (name) => !AUTO.has(name),
  );
  const ids = [...new Set(wanted.map((name) => idOf(name, catalog)))];
  return { models: ids, fallback: ids.length !== 1 };
}

function idOf(name: string, catalog: Catalog): string {
  const model = findModel(catalog, name);
  if (model) return model.id;
  throw new RouterError(
    'model_not_found',
    `There is no model ${JSON.stringify(name)}: GET /v1/models lists them; \`auto\` lets the router choose.`,
    {
      param: 'model',
      shouldRetry: false,
    },
  );
}

const isOurs = (name: string): boolean => (PROVIDERS as readonly string[]).includes(name.toLowerCase());

/** The names of our own providers, however they are written; undefined when there is none among them. */
function known(list: readonly string[] | null | undefined): string[] | undefined {
  const ours = list?.filter(isOurs).map((name) => name.toLowerCase());
  return ours && ours.length > 0 ? ours : undefined;
}

function theirs(list: readonly string[] | null | undefined): string[] | undefined {
  return list?.filter((name) => !isOurs(name));
}

function common(
  chat: Chat,
  chain: Chain,
  provider: ProviderPreferences | undefined,
): Omit<Wishes, 'priority' | 'latencyPref'> {
  const limit = chat.max_completion_tokens ?? chat.max_tokens;
  const order = known(provider?.order);
  // As OpenRouter means it: those that are listed, one after the other, and no other.
  const listed = provider?.allow_fallbacks === false && order && chain.models.length === 0 ? order : undefined;
  // Names of OpenRouter's own providers alone can only be met there.
  const allowed = provider?.only && provider.only.length > 0 ? (known(provider.only) ?? ['openrouter']) : undefined;
  const only = listed && allowed ? listed.filter((name) => allowed.includes(name)) : (listed ?? allowed);
  const ignore = known(provider?.ignore);
  const { prompt, completion } = provider?.max_price ?? {};
  return {
    models: chain.models,
    fallback: listed ? listed.length > 1 : (provider?.allow_fallbacks ?? chain.fallback),
    ...(limit === undefined || limit === null ? {} : { maxTokens: limit }),
    ...(order ? { order } : {}),
    ...(only ? { only } : {}),
    ...(ignore ? { ignore } : {}),
    ...(typeof provider?.require_parameters === 'boolean' ? { requireParameters: provider.require_parameters } : {}),
    ...(provider?.sort ? { sort: typeof provider.sort === 'string' ? provider.sort : provider.sort.by } : {}),
    ...(provider?.max_price
      ? {
          maxPrice: {
            ...(typeof prompt === 'number' ? { prompt: decimalText(prompt) } : {}),
            ...(typeof completion === 'number' ? { completion: decimalText(completion) } : {}),
          },
        }
      : {}),
  };
}

/** What names providers of OpenRouter's own, and its own keys: passed on to it only. */
function openrouterPart(provider: ProviderPreferences | undefined): Readonly<Record<string, unknown>> | undefined {
  if (!provider) return undefined;
  const { order, only, ignore, ...rest } = provider;
  const lists = Object.entries({ order: theirs(order), only: theirs(only), ignore: theirs(ignore) }).filter(
    ([, list]) => list && list.length > 0,
  );
  return { ...rest, ...Object.fromEntries(lists) };
}

function sessionOf(id: string | undefined): Session | null {
  return id === undefined ? null : { id, previousModel: null, cachedTokens: null };
}

function decimalText(value: number): string {
  return formatDecimal(usdFromNumber(value));
}
