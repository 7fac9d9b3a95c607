// The answer of /v1/stats as a chart: gaps stay gaps, the many become the largest few and the rest, and no sum is lost.
import { expect } from 'chai';
import type { StatPoint, Stats } from '../../../src/dashboard/api/stats.ts';
import { formatBucket } from '../../../src/dashboard/charts/buckets.ts';
import { toChart } from '../../../src/dashboard/pages/overview/toChart.ts';
import { nameField, showValue } from '../../../src/dashboard/pages/model/changeValues.ts';
import { toHistory } from '../../../src/dashboard/pages/model/toHistory.ts';

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 10, 20);
const at = (day: number) => new Date(FROM + day * DAY_MS).toISOString();

function point(day: number, key: string | null, figures: Partial<StatPoint> = {}): StatPoint {
  return {
    at: at(day),
    key,
    requests: 1,
    errors: 0,
    tokens: 10,
    cost: 1,
    cost_usd: '1',
    baseline_usd: '3',
    savings: 2,
    savings_usd: '2',
    latency_p50_ms: 100,
    latency_p95_ms: 200,
    overhead_p50_ms: 1,
    overhead_p95_ms: 2,
    first_token_p50_ms: null,
    ...figures,
  };
}

function stats(group: string, series: readonly StatPoint[]): Stats {
  const { at: _at, key: _key, ...totals } = point(0, null);
  return { from: at(0), to: at(3), bucket: 'day', group, baseline_models: [], totals, series: [...series] };
}

function change(day: number, field: string, old: string | null, now: string | null) {
  return {
    id: `${day}-${field}`,
    model: 'openai/a',
    field,
    old_value: old,
    new_value: now,
    source: 'seed',
    changed_by: 'setup',
    changed_at: at(day),
  };
}

describe('a chart over time', () => {
  it('has every bucket of the span, also those without a request', () => {
    const { buckets, kind } = toChart(stats('none', [point(1, null)]), 'spend');
    expect(kind).to.equal('bars');
    expect(buckets.map((one) => [one.at, one.values['cost']])).to.deep.equal([
      [at(0), undefined],
      [at(1), 1],
      [at(2), undefined],
    ]);
  });

  it('says of a day that it is one in UTC, and tells an hour in the viewer’s zone', () => {
    expect(formatBucket('2026-11-25T00:00:00.000Z', 'day')).to.equal('25 Nov (UTC)');
    expect(formatBucket('2026-11-25T08:00:00.000Z', 'hour')).to.match(/^25 Nov, \d\d:00$/);
  });

  it('keeps a negative saving as it is: the buckets add up to the total', () => {
    const { buckets } = toChart(
      stats('none', [point(0, null, { savings: -1.5 }), point(1, null, { savings: 3 })]),
      'spend',
    );
    expect(buckets.map(({ values }) => values['savings'])).to.deep.equal([-1.5, 3, undefined]);
  });

  it('splits by the largest few and puts the rest together, losing nothing', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const points = names.map((name, index) => point(0, `openai/${name}`, { cost: 10 - index }));
    const { series, buckets } = toChart(stats('model', points), 'spend');
    expect(series.map(({ label }) => label)).to.deep.equal([
      ...names.slice(0, 5).map((one) => `openai/${one}`),
      'all others',
    ]);
    const sum = Object.values(buckets[0]?.values ?? {}).reduce<number>((all, value) => all + (value ?? 0), 0);
    expect(sum).to.equal(10 + 9 + 8 + 7 + 6 + 5 + 4);
  });

  it('does not add up what does not add up', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { kind, series } = toChart(
      stats(
        'model',
        names.map((name) => point(0, name)),
      ),
      'latency',
    );
    expect([kind, series.length]).to.deep.equal(['lines', 5]);
  });
});

describe('a changed value', () => {
  it('is told in USD per million tokens where it is a price, else as it is', () => {
    expect(showValue('cost_input', '0.003')).to.equal('3.00');
    expect(showValue('prices.cachedInput', '0.0000003')).to.equal('0.30');
    expect(showValue('prices.cachedInput', null)).to.equal('–');
    expect(showValue('quality_tier', 'solid')).to.equal('solid');
    expect(nameField('details.displayName')).to.equal('displayName');
  });
});

describe('a model’s history', () => {
  const watched = [{ field: 'cost_input', key: 'input', now: 3 }];

  it('holds what is known now from the registration on when nothing changed', () => {
    const steps = toHistory([change(0, 'registered', null, 'openai/a')], watched, FROM + DAY_MS);
    expect(steps.map(({ values }) => values['input'])).to.deep.equal([3, 3]);
  });

  it('begins with what was before the first change, and ends with what is after the last', () => {
    const changes = [
      change(2, 'cost_input', '0.002', '0.003'),
      change(1, 'cost_input', '0.0011', '0.002'),
      change(0, 'registered', null, 'openai/a'),
    ];
    const steps = toHistory(changes, watched, FROM + 3 * DAY_MS);
    expect(steps.map((step) => [(step.at - FROM) / DAY_MS, step.values['input']])).to.deep.equal([
      [0, 1.1],
      [1, 2],
      [2, 3],
      [3, 3],
    ]);
  });
});
