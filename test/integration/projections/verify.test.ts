// The audit: whole where everything is, and one change anywhere is found.
import { expect } from 'chai';
import { formatVerify, listProblems } from '../../../projections/formatVerify.ts';
import { PROJECTIONS } from '../../../projections/registry.ts';
import { isWhole, verifyAll } from '../../../projections/verify.ts';
import { useRouter } from '../../support/router.ts';
import { catchUp, fillWorld, mutateWorld, toolsOf, verifyWorld } from '../../support/verifyWorld.ts';

describe('the audit', function () {
  this.timeout(180_000);
  const router = useRouter();
  before(() => fillWorld(router()));

  it('finds nothing where nothing was changed, and tells what it counted', async () => {
    const report = await verifyWorld(router());
    const told = formatVerify(report);
    expect(isWhole(report), told).to.equal(true);
    expect(told).to.match(/Log: \d+ events in \d+ streams; every hash chain is whole/);
    expect(told).to.match(/Decisions by decider \d+: 7 taken again, 7 equal, 0 not/);
    for (const { name } of PROJECTIONS)
      expect(told).to.match(new RegExp(`Read model ${name}: \\d+ rows counted again`));
    const { rowCount } = await router().postgres.query(`select from pg_namespace where nspname like 'verify%'`);
    expect(rowCount).to.equal(0);
  });

  it('compares a read model that is behind up to where it is, and does not call that whole', async () => {
    await router().send('/v1/chat', { body: { messages: [{ role: 'user', content: 'one more' }] } });
    const report = await verifyWorld(router());
    expect(report.readModels.flatMap(({ problems }) => problems)).to.deep.equal([]);
    expect(isWhole(report)).to.equal(false);
    expect(formatVerify(report)).to.include('✗ requests: it lacks events that were in the log when this began');
    // What waits for it makes one late, not that the log goes on with events of others.
    const late = report.readModels.filter(({ behind }) => behind).map(({ projection }) => projection);
    const ofRequests = PROJECTIONS.filter(({ categories }) => categories.includes('request'));
    expect(late).to.have.members(ofRequests.map(({ name }) => name));
    expect(late).not.to.have.lengthOf(PROJECTIONS.length);
    await catchUp(router());
  });

  it('waits for a projection that is a little late, and says of one that stands still why', async () => {
    const { postgres } = router();
    await router().send('/v1/chat', { body: { messages: [{ role: 'user', content: 'and another' }] } });
    const tools = toolsOf(router(), new AbortController().signal);
    const [report] = await Promise.all([verifyAll(PROJECTIONS, tools), catchUp(router())]);
    expect(isWhole(report), formatVerify(report)).to.equal(true);
    await postgres.query(`update projection_checkpoints set failure = 'cannot read this one' where name = 'feedback'`);
    const stopped = await verifyWorld(router());
    expect(listProblems(stopped)).to.deep.equal(['feedback: it stands still: cannot read this one']);
    expect(isWhole(stopped)).to.equal(false);
    await postgres.query('update projection_checkpoints set failure = null');
  });

  it('does not call a read model whole that never ran', async () => {
    const { postgres } = router();
    await postgres.query(
      `create table kept_checkpoint as select * from projection_checkpoints where name = 'feedback'`,
    );
    await postgres.query('create table kept_feedback as table feedback');
    await postgres.query(`delete from projection_checkpoints where name = 'feedback'`);
    await postgres.query('delete from feedback');
    const report = await verifyWorld(router());
    expect(listProblems(report).join()).to.match(/^feedback: it lacks events/);
    await postgres.query('insert into feedback table kept_feedback');
    await postgres.query('insert into projection_checkpoints table kept_checkpoint');
    expect(isWhole(await verifyWorld(router()))).to.equal(true);
  });

  it('says of a log that was moved that the rows are of the old one', async () => {
    const { postgres, store } = router();
    const moved = { ...store, owns: () => false };
    const report = await verifyAll(PROJECTIONS, toolsOf({ postgres, store: moved }, new AbortController().signal));
    expect(isWhole(report)).to.equal(false);
    expect(report.uncounted.map(({ projection }) => projection)).to.deep.equal(PROJECTIONS.map(({ name }) => name));
    expect(formatVerify(report)).to.include('every hash chain is whole').and.to.include('of a log in another place');
  });

  it('tells in words that the end of a stream is gone', async () => {
    const { postgres } = router();
    // Not the newest event of the log: a figure of health that comes meanwhile would take its place.
    await postgres.query(
      `create table kept_event as select e.* from eventlog.events e where category = 'request'
         and revision = (select max(revision) from eventlog.events of where of.stream = e.stream) order by position limit 1`,
    );
    await postgres.query('delete from eventlog.events where id in (select id from kept_event)');
    const problems = listProblems(await verifyWorld(router()));
    expect(problems.join('\n')).to.match(/stream request-[0-9a-f-]+: its end is not the one that was seen/);
    await postgres.query('insert into eventlog.events select * from kept_event');
    expect(listProblems(await verifyWorld(router()))).to.deep.equal([]);
  });

  it('finds each of twenty changes at random places', async () => {
    const seed = Date.now();
    let state = seed;
    const unit = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    const mutated = await mutateWorld(router(), 20, unit);
    const missed = mutated.filter(({ found }) => !found).map(({ kind, what }) => `${kind}: ${what} (seed ${seed})`);
    expect(missed).to.deep.equal([]);
    expect(isWhole(await verifyWorld(router()))).to.equal(true);
  });
});
