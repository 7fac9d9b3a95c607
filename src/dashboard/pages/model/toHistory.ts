// A model's changes as steps over time: each figure holds until it changes, from its registration until now. Pure.
import type { ModelChange } from '../../api/models.ts';
import type { Step } from '../../charts/series.ts';
import { readFigure } from './changeValues.ts';

export type Watched = { readonly field: string; readonly key: string; readonly now: number | null };

/** @param changes newest first, as the API lists them; prices become USD per million tokens */
export function toHistory(changes: readonly ModelChange[], watched: readonly Watched[], nowMs: number): Step[] {
  const ordered = changes.toReversed();
  const of = (field: string) => ordered.filter((change) => change.field === field);
  const begun = Math.min(...ordered.map(({ changed_at: at }) => Date.parse(at)), nowMs);
  const values = Object.fromEntries(
    watched.map(({ field, key, now }) => {
      const [first] = of(field);
      return [key, first ? readFigure(field, first.old_value) : now];
    }),
  );
  const steps: Step[] = [{ at: begun, values: { ...values } }];
  for (const { field, new_value: value, changed_at: at } of ordered) {
    const one = watched.find((candidate) => candidate.field === field);
    if (!one) continue;
    values[one.key] = readFigure(field, value);
    steps.push({ at: Date.parse(at), values: { ...values } });
  }
  steps.push({ at: nowMs, values: { ...values } });
  return steps;
}
