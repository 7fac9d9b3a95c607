// What every job queue does, whatever it is kept in.
import { expect } from 'chai';
import { afterEach, before, after, beforeEach } from 'mocha';
import { PermanentFailure } from '../../src/queue/jobs.ts';
import {
  type JobQueue,
  type JobRun,
  type JobWorker,
  type QueueSettings,
  openQueue,
  openWorker,
} from '../../src/queue/queue.ts';
import { createRandom, systemClock } from '../../src/platform/clock.ts';
import { rejectionOf } from '../support/rejectionOf.ts';
import { silentLogger } from '../support/logger.ts';
import { spawnScript } from '../support/spawned.ts';
import { until } from '../support/until.ts';

const random = createRandom(systemClock);

export type QueueHome = { readonly redisUrl: string | undefined; readonly databaseUrl: string; close(): Promise<void> };

const settled = (seen: readonly JobRun[], count: number) =>
  until(() => seen.length >= count, { within: 20_000, what: `${count} jobs, of ${seen.length}` });

export function describeJobQueue(title: string, openHome: () => Promise<QueueHome>): void {
  describe(`a job queue in ${title}`, function () {
    this.timeout(30_000);
    let home: QueueHome;
    let settings: QueueSettings;
    let queue: JobQueue;
    const workers: JobWorker[] = [];
    before(async () => {
      home = await openHome();
    });
    after(() => home.close());
    beforeEach(() => {
      const { redisUrl, databaseUrl } = home;
      settings = { redisUrl, databaseUrl, logger: silentLogger, name: `test-${random.uuid()}`, silentMs: 1_000 };
      queue = openQueue(settings);
    });
    afterEach(async () => {
      for (const worker of workers.splice(0)) await worker.close();
      await queue.close();
    });
    /** Runs jobs until the test ends, and keeps what it was given. */
    const work = (run: (job: JobRun) => unknown = () => ({})) => {
      const seen: JobRun[] = [];
      const worker = openWorker(settings, async (job) => {
        seen.push(job);
        return await run(job);
      });
      workers.push(worker);
      return seen;
    };

    it('runs a job with its payload, filled in and checked', async () => {
      const seen = work();
      await queue.enqueue('syncPricing', 'syncPricing.a', { acceptShrunk: true });
      await settled(seen, 1);
      expect(seen[0]).to.deep.include({ name: 'syncPricing', id: 'syncPricing.a', attempt: 1 });
      expect(seen[0]?.data).to.deep.equal({ trigger: 'schedule', acceptShrunk: true });
      const refused = await rejectionOf(queue.enqueue('syncPricing', 'syncPricing.b', { acceptShrunk: 'yes' }));
      expect(refused.name).to.equal('ZodError');
    });

    it('runs the same tick of several schedulers once, before and after it has run', async () => {
      const second = openQueue(settings);
      await Promise.all(
        [queue, second, queue].map((one) => one.enqueue('checkDeprecations', 'checkDeprecations.1000')),
      );
      const seen = work();
      await settled(seen, 1);
      await second.enqueue('checkDeprecations', 'checkDeprecations.1000');
      await second.enqueue('checkDeprecations', 'checkDeprecations.2000');
      await until(() => seen.some(({ id }) => id === 'checkDeprecations.2000'), { within: 10_000 });
      expect(seen.map(({ id }) => id)).to.deep.equal(['checkDeprecations.1000', 'checkDeprecations.2000']);
      await second.close();
    });

    it('tries a job again that failed, and one that cannot succeed not', async () => {
      const seen = work(({ name, attempt }) => {
        if (name === 'validatePricing') throw new PermanentFailure('answered 410');
        if (attempt === 1) throw new Error('away');
      });
      await queue.enqueue('validatePricing', 'validatePricing.a');
      await queue.enqueue('appendAdminActions', 'appendAdminActions.a');
      await until(() => seen.filter(({ name }) => name === 'appendAdminActions').length === 2, { within: 15_000 });
      expect(seen.filter(({ name }) => name === 'appendAdminActions').map(({ attempt }) => attempt)).to.deep.equal([
        1, 2,
      ]);
      expect(seen.filter(({ name }) => name === 'validatePricing')).to.have.length(1);
    });

    it('runs the syncs, then the check, then the end of the flow, also when a sync fails', async () => {
      const ended: string[] = [];
      work(({ name }) => {
        ended.push(name);
        if (name === 'syncRatings') throw new PermanentFailure('answered 401');
      });
      await queue.enqueue('syncAllModels', 'syncAllModels.a');
      // The same tick of another scheduler.
      await queue.enqueue('syncAllModels', 'syncAllModels.a');
      await until(() => ended.includes('syncAllModels'), { within: 20_000, what: 'the end of the flow' });
      expect(ended.slice(0, 2)).to.have.members(['syncPricing', 'syncRatings']);
      expect(ended.slice(2)).to.deep.equal(['validatePricing', 'syncAllModels']);
    });

    it('gives the job of a worker that was killed in the middle to another one, once', async () => {
      const { redisUrl = '-', databaseUrl } = home;
      const child = spawnScript('test/fixtures/processes/jobWorker.ts', [redisUrl, databaseUrl, settings.name ?? '']);
      await queue.enqueue('checkDeprecations', 'checkDeprecations.cut');
      await child.seen(/begun checkDeprecations\.cut/);
      child.kill('SIGKILL');
      await child.ended();
      const seen = work();
      await settled(seen, 1);
      await queue.enqueue('checkDeprecations', 'checkDeprecations.next');
      await until(() => seen.some(({ id }) => id === 'checkDeprecations.next'), { within: 10_000 });
      expect(seen.filter(({ id }) => id === 'checkDeprecations.cut')).to.have.length(1);
    });
  });
}
