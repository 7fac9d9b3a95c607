// Schedules do nothing but enqueue, under a key that several schedulers share.
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/configError.ts';
import { ModelsFile } from '../../../src/config/schema.ts';
import type { JobName } from '../../../src/queue/jobs.ts';
import { JOB_NAMES, JOBS, RETRIES } from '../../../src/queue/jobs.ts';
import { openScheduler, schedulesOf } from '../../../workers/scheduler.ts';
import { REGISTRY } from '../../../workers/registry.ts';
import { createRecordingLogger } from '../../support/logger.ts';
import { until } from '../../support/until.ts';

const queueInto = (keys: string[]) => ({
  enqueue: async (_name: JobName, key: string) => void keys.push(key),
  close: async () => {},
});

describe('the scheduler', () => {
  it('enqueues each tick of several schedulers under one key', async () => {
    const keys: string[] = [];
    const ticked: string[] = [];
    const logger = createRecordingLogger();
    const onTick = async ({ job }: { job: string }) => void ticked.push(job);
    const open = () => openScheduler({ queue: queueInto(keys), logger, onTick }, { checkDeprecations: '* * * * * *' });
    const schedulers = [open(), open()];
    expect(schedulers[0]?.ticks()[0]?.nextAt).to.be.instanceOf(Date);
    await until(() => keys.length >= 4, { within: 5_000, what: 'two ticks of two schedulers' });
    for (const scheduler of schedulers) await scheduler.close();
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    expect([...counts.values()].some((count) => count === 2)).to.equal(true);
    expect([...counts.keys()].every((key) => /^checkDeprecations\.\d+000$/.test(key))).to.equal(true);
    expect(ticked).to.include('checkDeprecations');
  });

  it('goes on when a tick cannot be enqueued', async () => {
    const logger = createRecordingLogger();
    const queue = { enqueue: async () => Promise.reject(new Error('away')), close: async () => {} };
    const scheduler = openScheduler({ queue, logger }, { checkDeprecations: '* * * * * *' });
    await until(() => logger.lines.length >= 2, { within: 5_000, what: 'two warnings' });
    await scheduler.close();
    expect(logger.lines[0]?.message).to.include('could not be enqueued');
  });

  it('refuses a pattern that is none, with its place in the file', () => {
    const logger = createRecordingLogger();
    expect(() => openScheduler({ queue: queueInto([]), logger }, { syncPricing: '99 99 * * *' })).to.throw(
      ConfigError,
      /config\/models\.yaml: sync\.schedules\.syncPricing: found "99 99 \* \* \*"/,
    );
  });

  it('leaves out what is never to run by itself', () => {
    const { sync } = ModelsFile.parse({ models: [], sync: { schedules: { syncRatings: 'never' } } });
    const schedules = schedulesOf({ sync });
    expect(schedules).to.have.property('syncPricing');
    expect(schedules).to.not.have.any.keys('syncRatings', 'syncAllModels');
  });
});

describe('the jobs', () => {
  it('each have a payload that their schedule fills, tries, a file and a deadline', () => {
    for (const name of JOB_NAMES) {
      expect(JOBS[name].parse({}).trigger, name).to.equal('schedule');
      expect(RETRIES[name].attempts, name).to.be.within(1, 10);
      expect(REGISTRY[name].timeoutMs, name).to.be.within(1_000, 600_000);
    }
  });
});
