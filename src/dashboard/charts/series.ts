// What a chart over time is given. Pure.

export type Series = { readonly key: string; readonly label: string; readonly colour: string };
/** One bucket: its beginning, and a figure a series; null = none is known. */
export type Bucket = { readonly at: string; readonly values: Readonly<Record<string, number | null>> };

/** A moment from which on figures hold. */
export type Step = { readonly at: number; readonly values: Bucket['values'] };

export type TimeChartProps = {
  readonly label: string;
  readonly bucket: 'hour' | 'day';
  readonly buckets: readonly Bucket[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** The same on the axis, where it differs. */
  readonly formatAxis?: (value: number) => string;
  /** What a bucket leads to. */
  readonly onPick?: (at: string) => void;
};
