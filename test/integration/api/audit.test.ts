// The audit over real HTTP: lists, stories, replays, feedback, figures over time, time travel and what-if.
import { expect } from 'chai';
import { z } from 'zod';
import { ROUTES } from '../../../src/api/routes/registry.ts';
import { type Json, textOf, useRouter } from '../../support/router.ts';
import { useReadModels } from '../../support/readModels.ts';

const messages = [{ role: 'user', content: 'What is the capital of France?' }];
const MODEL = 'openai/gpt-5.4-mini';
const ids = (body: Json) => [...(body['data'] ?? [])].map((one) => textOf(one['request_id']));

describe('the audit over HTTP', function () {
  this.timeout(30_000);
  const router = useRouter();
  const readModels = useReadModels(router);
  const asked: string[] = [];
  const get = async (path: string) => {
    const reply = await router().send(path);
    expect(reply.status, `${path}: ${JSON.stringify(reply.body)}`).to.equal(200);
    const [plain = ''] = path.split('?');
    const route = ROUTES.find(
      (one) => one.method === 'get' && one.path === plain.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, ':id'),
    );
    const schema = route?.doc.answers[200]?.schema;
    expect(schema, plain).to.be.instanceOf(z.ZodType);
    expect(schema?.safeParse(reply.body).error?.issues, plain).to.equal(undefined);
    return reply.body;
  };

  before(async () => {
    for (const model of [MODEL, undefined, MODEL, undefined, undefined]) {
      const { headers, status } = await router().send('/v1/chat', { body: { messages, model } });
      expect(status).to.equal(200);
      asked.push(String(headers.get('x-request-id')));
    }
    await readModels.caughtUp();
  });

  it('lists requests newest first, page by page, and every one once', async () => {
    const first = await get('/v1/requests?limit=2');
    const second = await get(`/v1/requests?limit=2&cursor=${textOf(first['next_cursor'])}`);
    const third = await get(`/v1/requests?limit=2&cursor=${textOf(second['next_cursor'])}`);
    expect([...ids(first), ...ids(second), ...ids(third)]).to.deep.equal(asked.toReversed());
    expect(third['next_cursor']).to.equal(null);
  });

  it('filters the list by model, task, outcome and time, and tells what it cannot read', async () => {
    const named = ids(await get(`/v1/requests?model=${encodeURIComponent(MODEL)}`));
    expect(named).to.include.members([asked[0] ?? '', asked[2] ?? '']);
    expect(ids(await get('/v1/requests?outcome=failed'))).to.deep.equal([]);
    expect(ids(await get('/v1/requests?task_type=chat&outcome=succeeded'))).to.have.length(5);
    expect(ids(await get('/v1/requests?to=2020-01-01'))).to.deep.equal([]);
    for (const [query, param] of [
      ['outcome=lost', 'outcome'],
      ['cursor=x', 'cursor'],
      ['limit=0', 'limit'],
      ['limit=5000', 'limit'],
    ]) {
      const wrong = await router().send(`/v1/requests?${query}`);
      expect([wrong.status, wrong.body['error']?.['param']]).to.deep.equal([400, param]);
    }
  });

  it('tells the story with all candidates, the money line by line and the same summary as the list', async () => {
    const id = asked[1] ?? '';
    const story = await get(`/v1/requests/${id}`);
    const list = await get('/v1/requests');
    expect(story['summary']).to.deep.equal([...(list['data'] ?? [])].find((one) => textOf(one['request_id']) === id));
    expect(story['replay']).to.deep.equal({ equal: true });
    const decision = story['decision'];
    expect([...(story['candidates'] ?? [])]).to.have.length(Number(decision?.['outcome']?.['candidateCount']));
    const lines = [...(story['money']?.['lines'] ?? [])];
    expect(lines.map((line) => line['label'])).to.include.members(['input', 'output']);
    expect(story['explanation']).to.match(/was chosen for chat.*Attempt 1: .* answered.*It cost \$0\..*the same/);
    expect(story['versions']).to.include({ decider: Number(decision?.['deciderVersion']) });
  });

  it('replays a recorded decision to the same end, and shows where a changed log differs', async () => {
    const id = asked[0] ?? '';
    const same = await get(`/v1/requests/${id}/replay`);
    expect(same).to.deep.include({ equal: true, differences: [], money: { equal: true, differences: [] } });
    await router().postgres.query(
      `update eventlog.events set data = replace(data::text, '"score":0.', '"score":1.')::json where stream = $1 and revision = 0`,
      [`request-${id}`],
    );
    const other = await get(`/v1/requests/${id}/replay`);
    expect(other['equal']).to.equal(false);
    expect([...(other['differences'] ?? [])][0]?.['path']).to.match(/^candidates\[0\]\.score$/);
    await router().postgres.query(
      `update eventlog.events set data = replace(data::text, '"score":1.', '"score":0.')::json where stream = $1 and revision = 0`,
      [`request-${id}`],
    );
  });

  it('shows what is recorded of a decision that a newer release took, and does not pretend to replay it', async () => {
    const id = asked[3] ?? '';
    const setDecider = (from: string, to: string) =>
      router().postgres.query(
        `update eventlog.events set data = replace(data::text, $2, $3)::json where stream = $1 and revision = 0`,
        [`request-${id}`, `"deciderVersion":${from},`, `"deciderVersion":${to},`],
      );
    const before = await get(`/v1/requests/${id}`);
    const version = String(Number(before['versions']?.['decider']));
    await setDecider(version, '99');
    const story = await get(`/v1/requests/${id}`);
    expect(story).to.deep.include({
      replay: { equal: null },
      excluded: [],
      candidates: before['decision']?.['outcome']?.['candidates'],
    });
    expect(story['explanation']).to.include('this release does not have that decider');
    const replay = await router().send(`/v1/requests/${id}/replay`);
    expect([replay.status, replay.body['error']?.['code']]).to.deep.equal([404, 'not_found']);
    await setDecider('99', version);
  });

  it('keeps feedback, shows it in the story, and refuses what is none', async () => {
    const id = asked[1] ?? '';
    const path = `/v1/requests/${id}/feedback`;
    const given = await router().send(path, { body: { score: -0.5, label: 'too long' } });
    expect(given.status).to.equal(201);
    expect(given.body['feedback']).to.include({ score: -0.5, accepted: null, label: 'too long' });
    expect((await router().send(path, { body: { accepted: true } })).status).to.equal(201);
    const story = await get(`/v1/requests/${id}`);
    expect([...(story['feedback'] ?? [])].map((one) => one['score'])).to.deep.equal([-0.5, null]);
    await readModels.caughtUp();
    const { rows } = await router().postgres.query('select score::text, accepted from feedback order by given_at');
    expect(rows).to.deep.equal([
      { score: '-0.5', accepted: null },
      { score: null, accepted: true },
    ]);
    for (const body of [{}, { score: 2 }, { label: 'alone' }, { score: 1, more: 1 }])
      expect((await router().send(path, { body })).status, JSON.stringify(body)).to.equal(400);
    router().log.away = true;
    const away = await router().send(path, { body: { score: 1 } });
    router().log.away = false;
    expect([away.status, away.body['error']?.['code']]).to.deep.equal([503, 'overloaded']);
    const stranger = await router().createKey(['chat', 'read'], 'strangers');
    expect((await router().send(path, { body: { score: 1 }, key: stranger.key })).status).to.equal(404);
  });

  it('gives figures over time that add up to the totals', async () => {
    const stats = await get('/v1/stats?bucket=hour&group=model');
    const series = [...(stats['series'] ?? [])];
    expect(series.reduce((sum, point) => sum + Number(point['requests']), 0)).to.equal(5);
    expect(stats['totals']).to.include({ requests: 5, errors: 0 });
    expect(stats['totals']?.['latency_p95_ms']).to.be.a('number');
    expect([...(stats['baseline_models'] ?? [])]).to.not.be.empty;
    const usage = await router().send('/v1/usage');
    expect(stats['totals']?.['cost_usd']).to.equal(usage.body['total_cost_usd']);
    expect((await router().send('/v1/stats?bucket=hour&from=2020-01-01')).status).to.equal(400);
  });

  it('streams live counters until the caller leaves', async () => {
    const gone = new AbortController();
    const response = await fetch(`${router().url}/v1/live`, {
      headers: { authorization: `Bearer ${router().key}` },
      signal: gone.signal,
    });
    expect(response.headers.get('content-type')).to.include('text/event-stream');
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    const [event = '', data = ''] = Buffer.from(value ?? [])
      .toString()
      .split('\n');
    expect(event).to.equal('event: counters');
    const counters = JSON.parse(data.slice('data: '.length)) as Json;
    expect(counters['last_minute']).to.include({ requests: 5, errors: 0 });
    expect(counters['today']).to.include({ requests: 5 });
    gone.abort();
  });

  it('shows its metrics to a key with the scope admin only', async () => {
    expect((await router().send('/metrics')).status).to.equal(403);
    const { key } = await router().createKey(['admin']);
    const response = await fetch(`${router().url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
    expect(response.headers.get('content-type')).to.include('text/plain');
    const text = await response.text();
    expect(text).to.match(
      /omni_requests_total\{surface="chat",task_type="chat",outcome="succeeded",error_code=""\} 5\n/,
    );
    expect(text).to.match(/omni_attempts_total\{provider="openai",outcome="succeeded"\} [1-5]\n/);
    expect(text).to.match(/omni_request_seconds_count\{surface="chat"\} 5\n/);
    expect(text).to.match(/omni_projection_lag_events\{projection="requests"\} \d+\n/);
    expect(text).to.include('omni_spool_depth 0\n');
  });

  it('counts jobs by how their last run ended', async () => {
    const insert = (n: number, status: string, minutesAgo: number) =>
      router().postgres.query(
        `insert into job_runs (id, job, trigger, attempt, status, started_at, ended_at)
         values ($1, 'syncPricing', 'cron', 1, $2, now() - $3 * interval '1 minute', now() - $3 * interval '1 minute' + interval '5 s')`,
        [`0f0f0f0f-0000-4000-8000-00000000000${n}`, status, minutesAgo],
      );
    await insert(1, 'succeeded', 60);
    await insert(2, 'failed', 5);
    const { text } = await router().metrics.expose();
    expect(text).to.match(/omni_job_failed\{job="syncPricing"\} 1\n/);
    expect(text).to.match(/omni_job_seconds\{job="syncPricing"\} 5\n/);
    expect(text).to.match(/omni_job_succeeded_seconds_ago\{job="syncPricing"\} 3[56]\d\d/);
  });

  it('knows the catalog as it was believed at a time, and each change since', async () => {
    const now = await get('/v1/models');
    expect((await get('/v1/models?as_of=2020-01-01'))['total_count']).to.equal(0);
    const then = await get(`/v1/models?as_of=${new Date().toISOString()}`);
    // What is measured is of this moment only.
    const isClosed = { state: 'closed', of_provider: false, open_until: null, reason: null };
    for (const model of now['data'] ?? []) expect(model['breaker']).to.deep.equal(isClosed);
    const past = [...(now['data'] ?? [])].map((model) =>
      Object.fromEntries([...Object.entries(model), ['breaker', null], ['health', null]]),
    );
    expect(then['data']).to.deep.equal(past);
    const changes = await get(`/v1/model-changes?model=${encodeURIComponent(MODEL)}`);
    expect([...(changes['data'] ?? [])].at(-1)).to.include({ model: MODEL, field: 'registered', source: 'seed' });
    const page = await get('/v1/model-changes?limit=3');
    expect([...(page['data'] ?? [])]).to.have.length(3);
    expect(page['next_cursor']).to.be.a('string');
  });

  it('tells how a model answered, hour by hour', async () => {
    const performance = await router().send(`/v1/models/${MODEL}/performance`);
    expect(performance.status).to.equal(200);
    const route = ROUTES.find((one) => one.path === '/v1/models/*id/performance');
    expect(route?.doc.answers[200]?.schema?.safeParse(performance.body).error?.issues).to.equal(undefined);
    expect(Number(performance.body['totals']?.['succeeded'])).to.be.at.least(2);
    expect(performance.body['totals']?.['latency_p50_ms']).to.be.a('number');
    expect(performance.body['totals']?.['tokens_per_second']).to.be.a('number');
    expect((await router().send('/v1/models/openai/nothing/performance')).status).to.equal(404);
  });

  it('shows the active policy, and what another one would have done', async () => {
    const active = await get('/v1/policy');
    expect(active['version']).to.equal(0);
    const same = await router().send('/v1/what-if', { body: { policy: {} } });
    expect(same.status, JSON.stringify(same.body)).to.equal(200);
    expect(same.body).to.include({ requests: 5, compared: 5, moved: 0 });
    expect(same.body['before']).to.deep.equal(same.body['after']);
    const best = await router().send('/v1/what-if', {
      body: { policy: { qualityShare: { balanced: 1 }, qualityFloor: { balanced: 0.95 } } },
    });
    expect(best.body['moved']).to.be.greaterThan(0);
    expect(best.body['after']?.['quality']).to.be.greaterThan(Number(best.body['before']?.['quality']));
    expect([...(best.body['movers'] ?? [])][0]?.['to_model']).to.be.a('string');
    const wrong = await router().send('/v1/what-if', { body: { policy: { weights: { normal: { cost: 2 } } } } });
    expect([wrong.status, wrong.body['error']?.['param']]).to.deep.equal([400, 'policy.weights.normal.cost']);
    const version = await router().send('/v1/what-if', { body: { catalog_version: 1_000_000 } });
    expect([version.status, version.body['error']?.['param']]).to.deep.equal([400, 'catalog_version']);
    const reader = await router().createKey(['chat']);
    expect((await router().send('/v1/what-if', { body: {}, key: reader.key })).status).to.equal(403);
  });
});
