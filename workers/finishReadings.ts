// What follows an append: sightings, alerts and the reading's state in one transaction. It is written down before the append, so that a
// run that ends in between is finished by the next one, and nothing is told twice or never.
import { isoTime } from '../src/platform/clock.ts';
import { readCatalogEvents } from './applyPlan.ts';
import type { JobTools } from './job.ts';
import type { PricingPlan } from './planPricing.ts';
import type { Read } from './readFeed.ts';
import { keepAlerts } from './records/alerts.ts';
import {
  type Pending,
  pruneReadings,
  readInterrupted,
  refuseReading,
  startApplying,
  takeReading,
} from './records/feedReadings.ts';
import { writeSightings } from './records/sightings.ts';

type Outcome = Pick<PricingPlan, 'alerts' | 'sightings'>;

/** The alerts of a run stand with its first reading. */
function pendingOf(reads: readonly Read[], { alerts, sightings }: Outcome, job: string): Map<Read, Pending> {
  return new Map(
    reads.map((read, place) => {
      const changes = [...(sightings.get(read.reading.source) ?? [])];
      return [
        read,
        { job, alerts: place === 0 ? alerts : [], sightings: changes.map(([key, sighting]) => ({ key, sighting })) },
      ];
    }),
  );
}

export async function preparePending(
  { postgres }: JobTools,
  reads: readonly Read[],
  outcome: Outcome,
  job: string,
): Promise<void> {
  for (const [{ id, reading }, pending] of pendingOf(reads, outcome, job)) {
    await startApplying(postgres, id, reading.count, pending);
  }
}

export async function finishReadings(tools: JobTools, reads: readonly Read[], outcome: Outcome): Promise<void> {
  const { postgres, random, clock } = tools;
  await postgres.transaction(async (client) => {
    for (const [{ id, reading }, pending] of pendingOf(reads, outcome, '')) {
      await writeSightings(client, reading.source, pending.sightings);
      await keepAlerts(client, random, pending.alerts, isoTime(clock.now()));
      await takeReading(client, id, reading.count);
    }
  });
  for (const { reading } of reads) await pruneReadings(postgres, reading.source);
}

/** Readings whose run ended between the append and its notes: taken if their events are in the log, else left to be read again. */
export async function finishInterrupted(tools: JobTools, sources: readonly string[], job: string): Promise<void> {
  const { postgres, random, clock, logger } = tools;
  const interrupted = await readInterrupted(postgres, sources);
  if (interrupted.length === 0) return;
  const events = await readCatalogEvents(tools);
  // All of one run: the next one finishes them before it reads anything itself.
  const times = new Set(interrupted.map(({ at }) => at));
  const isInLog = events.some(({ data }) => 'at' in data && times.has(data.at) && 'by' in data && data.by === job);
  for (const { id, source, at, pending } of interrupted) {
    logger.info('a run that was cut off is finished', { source, at, applied: isInLog });
    if (!isInLog) {
      await refuseReading(postgres, id, 'its run was cut off before anything was appended');
      continue;
    }
    await postgres.transaction(async (client) => {
      await writeSightings(client, source, pending.sightings);
      await keepAlerts(client, random, pending.alerts, isoTime(clock.now()));
      await takeReading(client, id);
    });
  }
}
