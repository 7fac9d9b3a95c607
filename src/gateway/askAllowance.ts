// What a request is held to before it begins, and what it came to: between the decision and the limits of key and org. Pure.
import type { Ask, Outcome } from '../accounts/allowances.ts';
import type { EventData } from '../domain/events.ts';
import { markupOn, markupPercent } from '../domain/markup.ts';
import { type PicoUsd, parseUsd } from '../domain/money.ts';
import { answersFrom } from '../domain/parameters.ts';
import { totalTokens } from '../domain/usage.ts';
import type { AttemptRecord, Call } from './attempts.ts';
import type { RoutedRequest } from './gateway.ts';
import { mostCost } from './mostCost.ts';

/** The estimate is that of the dearest model that may be called, at its tier and effort, markup included. */
export function toAsk(
  { requestId, caller, chat, wishes }: RoutedRequest,
  { chain, inputTokens, images, at, deadline }: Call,
  nowMonotonicMs: number,
): Ask {
  const outputOf = (usual: number) => wishes.maxTokens ?? usual;
  // Nobody else asks what it may cost.
  const priced = caller.budgets.length > 0 ? chain : [];
  const amounts = priced.map(({ model, usualOutputTokens }) => {
    const cost = mostCost(model, chat, { inputTokens, outputTokens: outputOf(usualOutputTokens), images, at });
    return cost === undefined ? undefined : cost + markupOn(cost, markupPercent(model.prices, caller.markup));
  });
  const output = chain.map(
    ({ model, usualOutputTokens }) => outputOf(usualOutputTokens) * answersFrom(model.provider, chat.n),
  );
  return {
    requestId,
    caller,
    tokens: inputTokens + Math.max(0, ...output),
    estimate: dearest(amounts),
    at,
    mostMs: Math.max(0, deadline - nowMonotonicMs),
  };
}

/** Undefined as soon as one is. */
function dearest(amounts: readonly (PicoUsd | undefined)[]): PicoUsd | undefined {
  let most = 0n;
  for (const amount of amounts) {
    if (amount === undefined) return undefined;
    if (amount > most) most = amount;
  }
  return most;
}

/** From the record itself, so that budgets and log say the same. */
export function toOutcome(records: readonly AttemptRecord[], end: EventData<'RequestCompleted'>): Outcome {
  const tokens = records.reduce((sum, { usage }) => sum + (usage ? totalTokens(usage) : 0), 0);
  const charged = end.costUsd === null ? undefined : parseUsd(end.costUsd) + parseUsd(end.markupUsd ?? '0');
  return { charged, tokens };
}
