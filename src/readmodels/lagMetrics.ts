// The lag of every projection as metrics.
import type { Metrics } from '../platform/metrics.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type ProjectionLag, readProjectionLag } from './lag.ts';

export function watchProjectionLag(postgres: Queryable, metrics: Metrics): void {
  const gauge = (name: string, help: string, valueOf: (lag: ProjectionLag) => number) =>
    metrics.gauge(name, help, ['projection'], async () =>
      (await readProjectionLag(postgres)).map((lag) => ({ labels: { projection: lag.name }, value: valueOf(lag) })),
    );
  gauge('omni_projection_lag_seconds', 'Seconds that a read model is behind the log', ({ seconds }) => seconds);
  gauge('omni_projection_lag_events', 'Events that wait for it', ({ events }) => events);
  gauge('omni_projection_stopped', '1 when it has stopped at an event that it cannot project', ({ failed }) =>
    failed ? 1 : 0,
  );
}
