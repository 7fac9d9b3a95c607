import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PROJECTIONS, findProjections } from '../../../projections/registry.ts';
import { rebuildProjection } from '../../../projections/rebuildProjection.ts';
import { requests } from '../../../projections/requests.ts';
import { runProjection } from '../../../projections/runner.ts';
import { appendDrafts, dumpTables } from '../../support/eventLog.ts';
import { useProjections } from '../../support/projectionBench.ts';
import { ORG, REQUEST, routed } from '../../support/requestEvents.ts';
import { until } from '../../support/until.ts';

const TABLES = PROJECTIONS.flatMap(({ tables }) => tables.map(({ name }) => name));
const about = { modelId: 'openai/gpt-a', source: 'seed', at: '2026-11-01T00:00:00.000Z', by: 'setup' };
const generation = { id: 'g1', source: 'feed', indexVersion: '4', asOf: '2026-11-01', scale: {} };
const names = (name: string) => findProjections(name).map((one) => one.name);
const CATALOG: Parameters<typeof appendDrafts>[2] = [
  {
    type: 'ModelRegistered',
    data: {
      ...about,
      provider: 'openai',
      modelName: 'gpt-a',
      details: { enabled: true, tags: ['coding'], qualityWeight: 1, abilities: {} },
      prices: { input: '0.0000000416666666666667', output: '0.0000006' },
    },
  },
  { type: 'RatingGenerationPublished', data: { generation, at: about.at, by: 'sync' } },
  {
    type: 'ModelRatingChanged',
    data: { ...about, generation: 'g1', ratings: [{ intelligence: 51.25, firstTokenMs: 300 }] },
  },
];

const FEEDBACK: Parameters<typeof appendDrafts>[2][number] = {
  type: 'FeedbackGiven',
  data: { requestId: REQUEST, orgId: ORG, at: about.at, score: 0.25, accepted: null, label: 'fine' },
};

describe('rebuilding projections', function () {
  this.timeout(30_000);
  const bench = useProjections();

  const rebuildAll = async (signal?: AbortSignal) => {
    for (const projection of PROJECTIONS) await rebuildProjection(projection, bench.tools(signal));
    return dumpTables(bench.postgres, TABLES);
  };

  it('gives the same rows again, under a running copy and without one', async () => {
    await appendDrafts(bench.store, 'catalog-main', CATALOG);
    for (let n = 0; n < 5; n++) await bench.appendRequest({ savingsUsd: n === 0 ? null : '-0.000001' });
    await appendDrafts(bench.store, `request-${REQUEST}`, [routed()]);
    await appendDrafts(bench.store, `feedback-${REQUEST}`, [FEEDBACK]);
    for (const projection of PROJECTIONS) bench.start(projection);
    for (const { name } of PROJECTIONS) await bench.caughtUp(name);
    const before = await dumpTables(bench.postgres, TABLES);
    for (const [table, rows] of Object.entries(before)) expect(rows, table).not.to.have.length(0);
    expect(await rebuildAll()).to.deep.equal(before);
    await bench.stopAll();
    expect(await rebuildAll(new AbortController().signal)).to.deep.equal(before);
  });

  it('mends rows that were damaged', async () => {
    await bench.appendRequest();
    bench.start(requests);
    await bench.caughtUp('requests');
    const before = await dumpTables(bench.postgres, TABLES);
    await bench.postgres.query('update usage_daily set cost_usd = 99');
    await bench.postgres.query('delete from requests');
    await rebuildProjection(requests, bench.tools());
    expect(await dumpTables(bench.postgres, TABLES)).to.deep.equal(before);
  });

  it('says at which event it stopped instead of waiting for ever', async () => {
    await bench.appendRequest();
    const broken = {
      ...requests,
      evolve: () => {
        throw new Error('cannot read this one');
      },
    };
    const error: unknown = await rebuildProjection(broken, bench.tools()).catch((cause: unknown) => cause);
    expect(String(error)).to.include('requests stopped at an event').and.to.include('cannot read this one');
  });

  it('starts again from nothing when a projection has a new version', async () => {
    await bench.appendRequest();
    const first = new AbortController();
    const run = runProjection(requests, bench.tools(first.signal));
    await bench.caughtUp('requests');
    first.abort();
    await run;
    await bench.postgres.query('update usage_daily set request_count = 99');
    bench.start({ ...requests, version: requests.version + 1 });
    await until(
      async () => (await bench.postgres.query('select from usage_daily where request_count = 1')).rowCount === 1,
    );
  });

  it('finds a projection by its name, by a table of its own, or all of them', () => {
    expect(names('requests')).to.deep.equal(['requests']);
    expect(names('usage_daily')).to.deep.equal(['requests']);
    expect(names('modelChanges')).to.deep.equal(['models']);
    expect(names('all')).to.deep.equal(PROJECTIONS.map((one) => one.name));
    expect(names('nothing')).to.deep.equal([]);
  });
});
