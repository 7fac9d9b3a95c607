// What the routes are given.
import type { Gateway } from '../gateway/gateway.ts';
import type { Clock, Random } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Postgres } from '../platform/postgres.ts';
import type { AuthTools } from './middleware/authenticate.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { EventStore } from '../eventstore/eventStore.ts';
import type { JobQueue } from '../queue/queue.ts';
import type { History } from '../replay/history.ts';
import type { CaptureTools } from './middleware/capture.ts';
import type { IdempotencyTools } from './middleware/idempotency.ts';
import type { EventStreamTimes } from './eventStream.ts';
import type { RateTools } from './middleware/rateLimit.ts';

export type ApiTools = AuthTools &
  RateTools &
  IdempotencyTools &
  CaptureTools & {
    readonly gateway: Gateway;
    /** What the log says of the past. */
    readonly history: History;
    readonly store: EventStore;
    readonly metrics: Metrics;
    readonly sessions: Sessions;
    readonly jobs: JobQueue;
    /** Where the built web page is. */
    readonly pageFolder: string;
    readonly postgres: Postgres;
    readonly clock: Clock;
    readonly random: Random;
    readonly logger: Logger;
    /** Aborted when the process is to end: what streams ends by itself. */
    readonly stopping: AbortSignal;
    /** Other times of event streams than the usual ones. */
    readonly streamTimes?: EventStreamTimes;
    readonly corsOrigins: readonly string[];
    /** Whose word on the caller's address counts, as Express takes it. */
    readonly trustProxy: number | readonly string[];
  };
