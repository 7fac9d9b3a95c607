// Rows of a run as counts by verdict and rule, and those that people ask about first. Pure.
import type { Row } from './rules/feedPlan.ts';

export type Report = {
  readonly accepted: number;
  readonly held: number;
  readonly ignored: number;
  /** `<verdict> <rule>` → how many. */
  readonly rules: Readonly<Record<string, number>>;
  readonly changes: readonly Row[];
};

const SHOWN = 50;

export function reportOf(rows: readonly Row[]): Report {
  const count = (verdict: Row['verdict']) => rows.filter((row) => row.verdict === verdict).length;
  const rules: Record<string, number> = {};
  for (const { verdict, rule } of rows) {
    const name = `${verdict} ${rule}`;
    rules[name] = (rules[name] ?? 0) + 1;
  }
  return {
    accepted: count('accepted'),
    held: count('held'),
    ignored: count('ignored'),
    rules,
    // Held ones first: somebody may want to do something about them.
    changes: [
      ...rows.filter(({ verdict }) => verdict === 'held'),
      ...rows.filter(({ verdict }) => verdict === 'accepted'),
    ].slice(0, SHOWN),
  };
}
