// The policy that is tried, as it stands in the address: three shares a group, in hundredths. Pure.
import type { PolicyPatch } from '../../api/whatIf.ts';
import { type Span, readSpan } from '../../format/span.ts';

export type Group = 'normal' | 'fast' | 'quality';
export type Trial = Readonly<Record<Group, readonly [number, number, number]>>;
export type WhatIfSearch = Span & { readonly [group in Group]?: string };

const WHOLE = 10_000;
export const GROUPS: readonly Group[] = ['normal', 'fast', 'quality'];

export function readWhatIfSearch(search: Record<string, unknown>): WhatIfSearch {
  const groups = GROUPS.flatMap((group) => (parse(search[group]) ? [[group, String(search[group])] as const] : []));
  return { ...readSpan(search), ...Object.fromEntries(groups) };
}

export function toTrial({ weights, qualityShare }: PolicyPatch): Trial {
  const { normal, fast } = weights;
  return {
    normal: hundredths(normal.cost, normal.latency, normal.task),
    fast: hundredths(fast.cost, fast.latency, fast.task),
    quality: hundredths(qualityShare.cheap, qualityShare.balanced, qualityShare.best),
  };
}

function hundredths(...shares: readonly [number, number, number]): readonly [number, number, number] {
  const [a, b, c] = shares;
  return [Math.round(a * 100), Math.round(b * 100), Math.round(c * 100)];
}

/** The trial of an address, where it has none that of the active policy. */
export function trialOf(search: WhatIfSearch, active: Trial): Trial {
  return {
    normal: parse(search.normal) ?? active.normal,
    fast: parse(search.fast) ?? active.fast,
    quality: parse(search.quality) ?? active.quality,
  };
}

export function toSearch(trial: Trial): Record<Group, string> {
  return { normal: trial.normal.join('-'), fast: trial.fast.join('-'), quality: trial.quality.join('-') };
}

/** Weights are shares of their sum, which a policy wants to be 1 to the last digit. */
export function toPatch({ normal, fast, quality }: Trial): PolicyPatch {
  const [cheap, balanced, best] = quality;
  return {
    weights: { normal: toWeights(normal), fast: toWeights(fast) },
    qualityShare: { cheap: cheap / 100, balanced: balanced / 100, best: best / 100 },
  };
}

/** In whole ten-thousandths, so that the last one is what is left and never less than nothing. */
function toWeights([cost, latency, task]: readonly [number, number, number]) {
  const sum = cost + latency + task;
  const share = (part: number) => Math.round((sum === 0 ? 1 / 3 : part / sum) * WHOLE);
  const first = share(cost);
  const second = Math.min(share(latency), WHOLE - first);
  return { cost: first / WHOLE, latency: second / WHOLE, task: (WHOLE - first - second) / WHOLE };
}

function parse(text: unknown): readonly [number, number, number] | undefined {
  const parts = typeof text === 'string' && /^\d{1,3}-\d{1,3}-\d{1,3}$/.test(text) ? text.split('-').map(Number) : [];
  const [a, b, c] = parts;
  if (a === undefined || b === undefined || c === undefined || parts.some((part) => part > 100)) return undefined;
  return [a, b, c];
}
