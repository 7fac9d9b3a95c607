// How a model's prices and rating came to be what they are.
import { Suspense } from 'react';
import { type Model, type ModelChange, ratingOf } from '../../api/models.ts';
import { StepLines } from '../../charts/lazyCharts.ts';
import { colourOf } from '../../charts/palette.ts';
import type { Step } from '../../charts/series.ts';
import { nowMs } from '../../clock.ts';
import { formatUsdTick } from '../../format/figures.ts';
import { Card } from '../../parts/Card.tsx';
import { EmptyNote } from '../../parts/EmptyNote.tsx';
import { Legend } from '../../parts/Legend.tsx';
import { Loading } from '../../parts/Loading.tsx';
import { toHistory } from './toHistory.ts';

type Props = { readonly model: Model; readonly changes: readonly ModelChange[] };

const PRICES = [
  { key: 'input', label: 'Input', colour: colourOf(0) },
  { key: 'output', label: 'Output', colour: colourOf(1) },
];
const RATING = [{ key: 'rating', label: 'Rating', colour: colourOf(0) }];

export function HistoryCards({ model, changes }: Props) {
  const now = nowMs();
  const prices = toHistory(
    changes,
    [
      { field: 'cost_input', key: 'input', now: perMillion(model.pricing?.prompt) },
      { field: 'cost_output', key: 'output', now: perMillion(model.pricing?.completion) },
    ],
    now,
  );
  const ratings = toHistory(changes, [{ field: 'quality_rating', key: 'rating', now: ratingOf(model) ?? null }], now);
  return (
    <div className="columns">
      <Card title="Price history" note="USD per million tokens">
        <History steps={prices} series={PRICES} label="Price history" format={formatUsdTick} />
      </Card>
      <Card title="Rating history">
        <History steps={ratings} series={RATING} label="Rating history" format={(rating) => rating.toFixed(1)} />
      </Card>
    </div>
  );
}

type HistoryProps = {
  readonly steps: readonly Step[];
  readonly series: typeof PRICES;
  readonly label: string;
  readonly format: (value: number) => string;
};

function History({ steps, series, label, format }: HistoryProps) {
  const isKnown = steps.some(({ values }) => Object.values(values).some((value) => value !== null));
  if (!isKnown) return <EmptyNote>Nothing is known of it.</EmptyNote>;
  return (
    <div className="stack">
      <Suspense fallback={<Loading />}>
        <StepLines label={label} steps={steps} series={series} format={format} />
      </Suspense>
      {series.length > 1 && <Legend series={series} />}
    </div>
  );
}

function perMillion(perToken: string | undefined): number | null {
  return perToken === undefined ? null : Number((Number(perToken) * 1_000_000).toPrecision(12));
}
