// Every projection of the system: one file and one line each.
import { feedback } from './feedback.ts';
import { modelPerformance } from './modelPerformance.ts';
import { models } from './models.ts';
import type { Projection } from './projection.ts';
import { requests } from './requests.ts';
import { rerates } from './rerates.ts';
import { routingLogs } from './routingLogs.ts';
import { streamHeads } from './streamHeads.ts';

export const PROJECTIONS: readonly Projection[] = [
  models,
  requests,
  routingLogs,
  modelPerformance,
  feedback,
  rerates,
  streamHeads,
];

/**
 * By its name, or by the name of a table that it writes (`model_changes`, `modelChanges`); several for `all`. The stream heads are
 * not among those: made again from a log whose end was cut off, they would no longer tell.
 */
export function findProjections(name: string): readonly Projection[] {
  if (name === 'all') return PROJECTIONS.filter((one) => one !== streamHeads);
  const table = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return PROJECTIONS.filter((one) => one.name === name || one.tables.some((owned) => owned.name === table));
}
