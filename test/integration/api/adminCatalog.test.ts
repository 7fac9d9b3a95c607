// What operators see of jobs and held changes, and what they decide, over HTTP.
import { expect } from 'chai';
import { after, before } from 'mocha';
import { CATALOG_STREAM } from '../../../src/domain/events.ts';
import { openWorker } from '../../../src/queue/queue.ts';
import { endRun, startRun } from '../../../workers/records/jobRuns.ts';
import { keepSchedules } from '../../../workers/records/schedules.ts';
import { appendDrafts } from '../../support/eventLog.ts';
import { perToken } from '../../support/feeds.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestRouter, openTestRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';

const HOLD = '0e0e0e0e-0000-4000-8000-00000000000';
const MODEL = 'openrouter/moonshotai/kimi-k3';
const AT = '2026-11-25T08:00:00.000Z';

describe('the catalog for operators', () => {
  let router: TestRouter;
  let key: string;
  before(async function () {
    this.timeout(30_000);
    router = await openTestRouter();
    ({ key } = await router.createKey(['admin']));
    const held = (digit: number, input: number) => ({
      type: 'ModelChangeHeld' as const,
      data: {
        modelId: MODEL,
        source: 'openrouter',
        at: AT,
        by: 'job:syncPricing',
        holdId: `${HOLD}${digit}`,
        rule: 'large_unconfirmed',
        reason: 'input 3 → 0.192 USD per million tokens; no other source knows it',
        proposed: { prices: { input: perToken(input), output: perToken(16) } },
      },
    });
    await appendDrafts(router.store, CATALOG_STREAM, [held(1, 0.192), held(2, 0.5)]);
    await router.postgres.query(`insert into feed_sightings values ('openrouter', $1, 'prices', 'f', $2, $2, 4)`, [
      MODEL,
      AT,
    ]);
  });
  after(() => router.close());

  const get = (path: string) => router.send(path, { key });
  const post = (path: string, body: unknown = {}) => router.send(path, { key, body });

  it('needs the scope admin', async () => {
    for (const path of ['/v1/admin/jobs', '/v1/admin/catalog/held'])
      expect((await router.send(path)).status).to.equal(403);
    expect((await router.send('/v1/admin/jobs/syncPricing/run', { body: {} })).status).to.equal(403);
  });

  it('lists what is held, with old and new value in USD per million tokens', async () => {
    const { status, body } = await get('/v1/admin/catalog/held');
    expect(status).to.equal(200);
    expect([...(body['data'] ?? [])][0]).to.deep.include({
      id: `${HOLD}1`,
      model: MODEL,
      field: 'prices',
      old_value: 'input 3, output 15, cachedInput 0.3',
      new_value: 'input 0.192, output 16, cachedInput unknown',
      source: 'openrouter',
      rule: 'large_unconfirmed',
      held_at: AT,
      readings: 4,
    });
  });

  it('applies a held change, which the router uses within two seconds, and names who did it', async () => {
    const { status, body } = await post(`/v1/admin/catalog/held/${HOLD}1/release`, { reason: 'the author said so' });
    expect([status, body['verdict']]).to.deep.equal([200, 'applied']);
    await until(() => router.gateway.catalog().models.get(MODEL)?.prices?.input === perToken(0.192), { within: 2_000 });
    const shown = await router.send(`/v1/models/${MODEL}`);
    expect(shown.body['pricing']?.['prompt']).to.equal(perToken(0.192));
    expect(shown.body['pricing_source']).to.equal('openrouter');
    expect(Number(shown.body['pricing_age_sec'])).to.be.within(0, 60);
    const events = [];
    for await (const event of router.store.readStream(CATALOG_STREAM, { backwards: true })) events.push(event);
    expect(events[0]?.data).to.deep.include({ verdict: 'applied', reason: 'the author said so' });
    expect(events[0]?.data)
      .to.have.property('by')
      .that.matches(/^key omr_/);
  });

  it('rejects a held change without touching the price, once', async () => {
    expect((await post(`/v1/admin/catalog/held/${HOLD}2/reject`)).status).to.equal(200);
    expect((await post(`/v1/admin/catalog/held/${HOLD}2/reject`)).status).to.equal(404);
    expect((await get('/v1/admin/catalog/held')).body['data']).to.deep.equal([]);
    expect(router.gateway.catalog().models.get(MODEL)?.prices?.input).to.equal(perToken(0.192));
  });

  it('shows schedules, what runs, and how runs ended', async () => {
    const { postgres } = router;
    await keepSchedules(postgres, [{ job: 'syncPricing', cron: '0 7 */2 * * *', nextAt: new Date(AT) }], AT);
    const run = { job: 'syncPricing', queueId: 'q', trigger: 'schedule', attempt: 1 };
    await startRun(postgres, { ...run, id: `${HOLD}4`, at: '2026-11-25T06:00:00.000Z' });
    await endRun(postgres, `${HOLD}4`, { at: AT, status: 'failed', summary: null, error: 'openrouter: answered 500' });
    await startRun(postgres, { ...run, id: `${HOLD}5`, queueId: 'r', at: AT });
    // A command that was ended in the middle left this one behind: it does not run for ever.
    await startRun(postgres, {
      ...run,
      job: 'syncRatings',
      id: `${HOLD}6`,
      queueId: null,
      at: '2026-11-25T06:00:00.000Z',
    });
    await startRun(postgres, { ...run, job: 'validatePricing', id: `${HOLD}7`, queueId: null, at: AT });
    await endRun(postgres, `${HOLD}7`, { at: AT, status: 'succeeded', summary: {}, error: null });
    const cutOff = await get('/v1/admin/jobs?job=syncRatings');
    expect([...(cutOff.body['runs'] ?? [])].map((one) => one['status'])).to.deep.equal(['failed']);
    const { body } = await get('/v1/admin/jobs?job=syncPricing');
    expect(body['schedules']).to.deep.equal([{ job: 'syncPricing', cron: '0 7 */2 * * *', next_at: AT }]);
    expect([...(body['running'] ?? [])].map((one) => one['id'])).to.deep.equal([`${HOLD}5`]);
    expect([...(body['runs'] ?? [])].map((one) => [one['status'], one['error']])).to.deep.equal([
      ['running', null],
      ['failed', 'openrouter: answered 500'],
    ]);
  });

  it('runs a job now, by whoever asked', async () => {
    const { status, body } = await post('/v1/admin/jobs/validatePricing/run');
    expect(status).to.equal(202);
    const seen: { name: string; id: string; data: unknown }[] = [];
    const settings = { redisUrl: undefined, databaseUrl: router.connectionString, logger: silentLogger };
    const worker = openWorker(settings, async (job) => void seen.push(job));
    await until(() => seen.length > 0, { what: 'the job' });
    await worker.close();
    expect(seen[0]?.name).to.equal('validatePricing');
    expect(seen[0]?.id).to.equal(body['job_id']);
    expect(seen[0]?.data)
      .to.have.property('trigger')
      .that.matches(/^admin key omr_/);
  });

  it('knows no other job', async () => {
    const { status, body } = await post('/v1/admin/jobs/sendMoney/run');
    expect(status).to.equal(404);
    expect(body['error']?.['message']).to.include('syncPricing');
  });
});
