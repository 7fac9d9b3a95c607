// The parts of a score, in the order in which they are told, with their colours.
import type { ScoreParts } from '../../domain/decision.ts';

export const PARTS: readonly { readonly name: keyof ScoreParts; readonly label: string; readonly colour: string }[] = [
  { name: 'quality', label: 'quality', colour: 'var(--part-quality)' },
  { name: 'cost', label: 'cost', colour: 'var(--part-cost)' },
  { name: 'latency', label: 'latency', colour: 'var(--part-latency)' },
  { name: 'task', label: 'task match', colour: 'var(--part-task)' },
];
