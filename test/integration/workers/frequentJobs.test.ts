// Jobs that run every few seconds: their reports tell when something changed, not that nothing did.
import { expect } from 'chai';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { useJobs } from './jobBench.ts';

describe('the reports of frequent jobs', () => {
  const bench = useJobs();
  const sweep = (trigger = 'schedule') => bench.run('sweepAccounts', { trigger });
  const reported = async () =>
    (await bench.rows<{ status: string }>('select status from job_runs order by started_at, id')).map(
      ({ status }) => status,
    );

  it('tell the first failure and the recovery from it, and nothing between', async () => {
    await sweep();
    expect(await reported()).to.deep.equal([]);
    await bench.rows('alter table kept_answers rename to mislaid');
    await rejectionOf(sweep());
    await rejectionOf(sweep());
    expect(await reported()).to.deep.equal(['failed']);
    await bench.rows('alter table mislaid rename to kept_answers');
    bench.clock.addHours(1);
    await sweep();
    await sweep();
    expect(await reported()).to.deep.equal(['failed', 'succeeded']);
  });

  it('tell whatever a person asked for', async () => {
    await sweep('admin key');
    expect(await reported()).to.deep.equal(['succeeded']);
  });
});
