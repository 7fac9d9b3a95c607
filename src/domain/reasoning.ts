// How much thinking is asked for, in the forms of other vendors, on our scale of efforts. Pure.
import { z } from 'zod';
import { Effort } from './chat.ts';

// The steps are the defaults of clients that still send budgets.
const STEPS: readonly (readonly [number, Effort])[] = [
  [2_048, 'low'],
  [10_000, 'medium'],
];

/** Thinking that is asked for by a number of tokens. */
export function effortOfBudget(tokens: number): Effort {
  if (tokens <= 0) return 'none';
  return STEPS.find(([most]) => tokens <= most)?.[1] ?? 'high';
}

/** OpenRouter's object, as far as it says how much. */
export const Reasoning = z.looseObject({
  effort: Effort.nullish(),
  max_tokens: z.int().nonnegative().nullish(),
  enabled: z.boolean().nullish(),
});
export type Reasoning = z.infer<typeof Reasoning>;

/** Undefined where it says nothing of how much, or what we cannot read. */
export function effortOfReasoning(reasoning: unknown): Effort | undefined {
  const { effort, max_tokens: budget, enabled } = Reasoning.safeParse(reasoning).data ?? {};
  if (effort) return effort;
  if (typeof budget === 'number') return effortOfBudget(budget);
  return enabled === false ? 'none' : undefined;
}
