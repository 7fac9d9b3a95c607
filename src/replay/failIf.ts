// A limit on a what-if, as a gate for CI: `cost>+5%`, `quality<-2%`, `latency>+300ms`, `moved>30%`. Pure.
import { parseUsd } from '../domain/money.ts';
import type { WhatIfReport } from './whatIf.ts';

const FORM = /^\s*(cost|quality|latency|moved|unroutable)\s*(>|<)\s*([+-]?\d+(?:\.\d+)?)\s*(%|ms|usd)?\s*$/i;

export type Limit = {
  readonly text: string;
  readonly metric: 'cost' | 'quality' | 'latency' | 'moved' | 'unroutable';
  readonly above: boolean;
  readonly value: number;
  readonly unit: '%' | 'ms' | 'usd' | '';
};

/** @throws RangeError that shows what is allowed */
export function parseLimit(text: string): Limit {
  const [, metric, sign, value, unit = ''] = FORM.exec(text) ?? [];
  if (metric === undefined || value === undefined)
    throw new RangeError(
      `found ${JSON.stringify(text)}; allowed: cost, quality, latency, moved or unroutable, then > or <, then a change such as +5%, -0.02, +300ms`,
    );
  return {
    text: text.trim(),
    metric: metric.toLowerCase() as Limit['metric'],
    above: sign === '>',
    value: Number(value),
    unit: unit.toLowerCase() as Limit['unit'],
  };
}

/** The limit that is crossed in words, or undefined. A change that cannot be told (nothing to compare) crosses no limit. */
export function crossed(limit: Limit, report: WhatIfReport): string | undefined {
  const change = changeOf(limit, report);
  if (change === undefined || (limit.above ? change <= limit.value : change >= limit.value)) return undefined;
  return `${limit.metric} ${change > 0 ? '+' : ''}${Math.round(change * 100) / 100}${limit.unit} crosses ${limit.text}`;
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
