// A limit on a what-if, as a gate for CI: `cost>+5%`, `quality<-2%`, `latency>+300ms`, `moved>30%`. Pure.
import { parseUsd } from '../domain/money.ts';
import type { WhatIfReport } from './whatIf.ts';

const FORM = /^\s*(cost|quality|latency|moved|unroutable)\s*(>|<)\s*([+-]?\d+(?:\.\d+)?)\s*(%|ms|usd)?\s*$/i;
/** What each may be told in; the empty one is a plain number. */
const UNITS = {
  cost: ['%', 'usd'],
  quality: ['%', ''],
  latency: ['%', 'ms'],
  moved: ['%', ''],
  unroutable: ['%', ''],
} as const;

type Metric = keyof typeof UNITS;
export type Limit = {
  readonly text: string;
  readonly metric: Metric;
  readonly above: boolean;
  readonly value: number;
  readonly unit: '%' | 'ms' | 'usd' | '';
};

/** @throws RangeError that shows what is allowed */
export function parseLimit(text: string): Limit {
  const [, name, sign, value, unit = ''] = FORM.exec(text) ?? [];
  const found = `found ${JSON.stringify(text)}; allowed:`;
  if (name === undefined || value === undefined)
    throw new RangeError(
      `${found} cost, quality, latency, moved or unroutable, then > or <, then a change such as +5%, -0.02, +300ms`,
    );
  const metric = name.toLowerCase() as Metric;
  const limit = { text: text.trim(), metric, above: sign === '>', value: Number(value) };
  const units: readonly string[] = UNITS[metric];
  if (!units.includes(unit.toLowerCase()))
    throw new RangeError(`${found} ${metric} in ${units.map((one) => one || 'a plain number').join(' or ')}`);
  return { ...limit, unit: unit.toLowerCase() as Limit['unit'] };
}

/**
 * What is wrong, in words, or undefined. A limit that cannot be held to anything is not kept: a gate that cannot measure must not
 * open, unless `allowUnknown` says that what can be told is enough.
 */
export function crossed(limit: Limit, report: WhatIfReport, allowUnknown = false): string | undefined {
  const { metric, above, value, unit, text } = limit;
  const change = changeOf(limit, report);
  if (!allowUnknown) {
    if (report.requests === 0) return `${text} cannot be held: there are no requests in that time`;
    if (change === undefined) return `${text} cannot be held: ${metric} is known of no request on both sides`;
    if (metric === 'cost' && report.cost_unknown > 0)
      return `${text} cannot be held: of ${report.cost_unknown} requests the cost is known and would not be`;
  }
  if (change === undefined || (above ? change <= value : change >= value)) return undefined;
  return `${metric} ${change > 0 ? '+' : ''}${Math.round(change * 100) / 100}${unit} crosses ${text}`;
}

function changeOf({ metric, unit }: Limit, report: WhatIfReport): number | undefined {
  if (metric === 'moved' || metric === 'unroutable')
    return unit === '%' ? share(report[metric], report.requests) : report[metric];
  const [before, after] = sidesOf(metric, report);
  if (before === null || after === null) return undefined;
  if (unit !== '%') return after - before;
  if (before === 0) return after === 0 ? 0 : Number.POSITIVE_INFINITY;
  return ((after - before) / before) * 100;
}

function sidesOf(metric: 'cost' | 'quality' | 'latency', { compared, before, after }: WhatIfReport) {
  if (metric === 'quality') return [before.quality, after.quality] as const;
  if (metric === 'latency') return [before.latency_ms, after.latency_ms] as const;
  if (compared === 0) return [null, null] as const;
  return [Number(parseUsd(before.cost_usd)) / 1e12, Number(parseUsd(after.cost_usd)) / 1e12] as const;
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (part / whole) * 100;
}
