// What a request is held to before it begins, and what it came to: between the decision and the limits of key and org. Pure.
import type { Ask, Outcome } from '../accounts/allowances.ts';
import type { TaskType } from '../domain/catalog.ts';
import type { EventData } from '../domain/events.ts';
import { markupOn } from '../domain/markup.ts';
import { type PicoUsd, parseUsd } from '../domain/money.ts';
import { totalTokens } from '../domain/usage.ts';
import { estimateCost } from '../routing/modelCost.ts';
import type { AttemptRecord, Call } from './attempts.ts';
import type { RoutedRequest } from './gateway.ts';

/** The estimate is that of the dearest model that may be called, at its tier and effort, markup included. */
export function toAsk(
  { requestId, caller, wishes }: RoutedRequest,
  { chain, policy, inputTokens, at, deadline }: Call,
  taskType: TaskType,
  nowMonotonicMs: number,
): Ask {
  const estimates = chain.map(({ link, model }) => {
    const factor = link.effort === undefined ? 1 : policy.effortOutputFactor[link.effort];
    const output = wishes.maxTokens ?? Math.ceil(policy.expectedOutputTokens[taskType] * factor);
    const cost = estimateCost(model, inputTokens, output, at);
    return { output, charged: cost === undefined ? undefined : cost + markupOn(cost, model.prices, caller.markup) };
  });
  const output = estimates.reduce((most, one) => Math.max(most, one.output), 0);
  return {
    requestId,
    caller,
    tokens: inputTokens + output,
    estimate: dearest(estimates.map(({ charged }) => charged)),
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
