// Every projection of the system: one file and one line each.
import { feedback } from './feedback.ts';
import { models } from './models.ts';
import type { Projection } from './projection.ts';
import { requests } from './requests.ts';
import { routingLogs } from './routingLogs.ts';

export const PROJECTIONS: readonly Projection[] = [models, requests, routingLogs, feedback];

/** By its name, or by the name of a table that it writes (`model_changes`, `modelChanges`); several for `all`. */
export function findProjections(name: string): readonly Projection[] {
  if (name === 'all') return PROJECTIONS;
  const table = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return PROJECTIONS.filter((one) => one.name === name || one.tables.some((owned) => owned.name === table));
}
