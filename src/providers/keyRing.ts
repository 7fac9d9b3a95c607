// Several keys of ours for one vendor: a key that it refuses, or limits, rests, and the next one is used. Nothing is retried here; a
// failure says how many other keys are left, and `gateway/attempts.ts` decides.
import type { FailureKind } from '../domain/events.ts';
import type { Chat } from '../domain/chat.ts';
import { type Answer, type CallOptions, type Chunk, type Failure, type Provider, ProviderError } from './provider.ts';

// How long a key rests when the vendor does not say. A refused key may have been renewed in a while; money comes back slowly.
const REST_MS: Partial<Record<FailureKind, number>> = {
  unauthorized: 60_000,
  'quota-exhausted': 300_000,
  'rate-limited': 10_000,
};

/** One provider a key, behind the contract of one. `now` is in ms. */
export function rotateKeys(providers: readonly [Provider, ...Provider[]], now: () => number): Provider {
  const [first] = providers;
  if (providers.length === 1) return first;
  const restsUntil = providers.map(() => 0);
  const isAwake = (place: number): boolean => (restsUntil[place] ?? 0) <= now();
  let place = 0;
  /** The current key while it may be used, else the next that may; when all rest, the one that wakes first. */
  const choose = (): number => {
    const order = providers.map((_, step) => (place + step) % providers.length);
    const sleepers = order.toSorted((a, b) => (restsUntil[a] ?? 0) - (restsUntil[b] ?? 0));
    place = order.find(isAwake) ?? sleepers[0] ?? 0;
    return place;
  };
  const onFailure = (used: number, failure: Failure): Failure => {
    const rest = REST_MS[failure.kind];
    if (rest === undefined) return failure;
    restsUntil[used] = now() + (failure.retryAfterMs ?? rest);
    return { ...failure, otherKeys: providers.filter((_, at) => at !== used && isAwake(at)).length };
  };
  const told = (used: number, error: unknown): unknown =>
    error instanceof ProviderError ? new ProviderError(onFailure(used, error.failure), { cause: error }) : error;
  return {
    name: first.name,
    async complete(chat: Chat, options: CallOptions): Promise<Answer> {
      const used = choose();
      try {
        return await (providers[used] ?? first).complete(chat, options);
      } catch (error) {
        throw told(used, error);
      }
    },
    ...(first.countTokens
      ? { countTokens: (chat: Chat, options: CallOptions) => count(providers[choose()] ?? first, chat, options) }
      : {}),
    async *stream(chat: Chat, options: CallOptions): AsyncGenerator<Chunk> {
      const used = choose();
      try {
        yield* (providers[used] ?? first).stream(chat, options);
      } catch (error) {
        throw told(used, error);
      }
    },
  };
}

async function count(provider: Provider, chat: Chat, options: CallOptions): Promise<number> {
  if (!provider.countTokens) throw new Error('every key of a provider has the same abilities');
  return await provider.countTokens(chat, options);
}
