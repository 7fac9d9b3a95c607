// The metrics of one process, for Prometheus. The only door to prom-client. Made by a main file and passed on: no globals, so
// that two routers in one test process do not count together.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;
export type Count = (labels: Labels, by?: number) => void;
export type Observe = (labels: Labels, value: number) => void;
export type Reading = { readonly labels: Labels; readonly value: number };

export type Metrics = {
  /** Only goes up. Its name ends with `_total`. */
  counter(name: string, help: string, labels: readonly string[]): Count;
  /** Seconds or tokens, by `buckets` in increasing order. */
  histogram(name: string, help: string, labels: readonly string[], buckets: readonly number[]): Observe;
  /** Read whenever somebody asks; what is not among the readings any more is gone. */
  gauge(name: string, help: string, labels: readonly string[], read: () => Promise<readonly Reading[]>): void;
  /** The text that Prometheus scrapes, and its content type. */
  expose(): Promise<{ readonly text: string; readonly contentType: string }>;
};

/** From a millisecond to four minutes. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 240];

export type MetricsOptions = {
  /** Memory, event loop and the like of this process. */
  readonly withProcess?: boolean;
  /** A gauge that cannot be read is left out; the others are told all the same. */
  readonly onUnreadable?: (name: string, error: unknown) => void;
};

export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.withProcess) collectDefaultMetrics({ register: registry });
  return {
    counter(name, help, labels) {
      const counter = new Counter({ name, help, labelNames: [...labels], registers });
      return (values, by = 1) => counter.inc(values, by);
    },
    histogram(name, help, labels, buckets) {
      const histogram = new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers });
      return (values, value) => histogram.observe(values, value);
    },
    gauge(name, help, labels, read) {
      const gauge = new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers,
        async collect() {
          this.reset();
          try {
            for (const { labels: values, value } of await read()) this.set(values, value);
          } catch (error) {
            options.onUnreadable?.(name, error);
          }
        },
      });
      // Without labels it would show a 0 before the first reading.
      gauge.reset();
    },
    expose: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}
