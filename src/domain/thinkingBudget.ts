// Thinking that is asked for by a number of tokens, on our scale of efforts. Pure.
import type { Effort } from './chat.ts';

// The steps are the defaults of clients that still send budgets.
const STEPS: readonly (readonly [number, Effort])[] = [
  [2_048, 'low'],
  [10_000, 'medium'],
];

export function effortOfBudget(tokens: number): Effort {
  if (tokens <= 0) return 'none';
  return STEPS.find(([most]) => tokens <= most)?.[1] ?? 'high';
}
