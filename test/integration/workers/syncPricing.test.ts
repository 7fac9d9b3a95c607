// The pricing sync against feeds on loopback: what reaches the catalog, and what a feed that lies, shrinks or breaks cannot do.
import { expect } from 'chai';
import { appendDrafts } from '../../support/eventLog.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { DEV_PATH, MODELS_PATH } from '../../support/feedServer.ts';
import { type RowWish, modelsDevFeed, openRouterFeed, openRouterRow, perToken } from '../../support/feeds.ts';
import { useJobs } from './jobBench.ts';

const many = (count: number): RowWish[] =>
  Array.from({ length: count }, (_, place) => ({ id: `maker/model-${place}` }));

describe('the pricing sync', () => {
  const bench = useJobs();
  const list = (rows: readonly (RowWish | Record<string, unknown>)[]) =>
    bench.feeds.answers.set(MODELS_PATH, { body: openRouterFeed(rows) });
  const dev = (models: Parameters<typeof modelsDevFeed>[0] = {}) =>
    bench.feeds.answers.set(DEV_PATH, { body: modelsDevFeed(models) });
  const priceOf = async (id: string) => (await bench.catalog()).models.get(id)?.prices?.input;

  it('registers what OpenRouter lists, disabled until somebody enables it, and changes nothing the second time', async () => {
    list([
      { id: 'a/one', input: '0.0416666666666666666667' },
      { id: '~a/latest', rest: { alias_target: { slug: 'a/one' } } },
      { id: 'a/one:batch' },
      { id: 'openrouter/auto', input: -1, output: -1 },
    ]);
    dev();
    bench.file = { models: [] };
    const first = await bench.run('syncPricing');
    expect(first).to.deep.include({ accepted: 1, held: 0, events: 1 });
    const { models } = await bench.catalog();
    expect([...models.keys()]).to.deep.equal(['openrouter/a/one']);
    expect(models.get('openrouter/a/one')?.prices?.input).to.equal('0.0000000416666666666666666667');
    expect(models.get('openrouter/a/one')?.details).to.deep.include({ enabled: false, contextTokens: 200_000 });
    bench.clock.addHours(1);
    expect(await bench.run('syncPricing')).to.deep.include({ accepted: 0, held: 0, ignored: 0, events: 0 });
    expect(await bench.events()).to.have.length(1);
  });

  it('keeps the raw body once, with hash, time and source, and a report of the run', async () => {
    list(many(2));
    dev();
    await bench.run('syncPricing');
    bench.clock.addHours(2);
    await bench.run('syncPricing');
    const readings = await bench.rows<{ source: string; state: string; row_count: number; sha256: string }>(
      'select source, state, row_count, sha256 from feed_readings order by fetched_at, source',
    );
    expect(readings.map(({ source, state }) => `${source} ${state}`)).to.deep.equal([
      'models_dev taken',
      'openrouter taken',
      'models_dev taken',
      'openrouter taken',
    ]);
    expect(await bench.rows('select from feed_bodies')).to.have.length(2);
    const runs = await bench.rows<{ job: string; status: string; trigger: string }>(
      'select job, status, trigger from job_runs',
    );
    expect(runs).to.deep.equal([
      { job: 'syncPricing', status: 'succeeded', trigger: 'test' },
      { job: 'syncPricing', status: 'succeeded', trigger: 'test' },
    ]);
  });

  it('holds a large change, asks the author, and takes it when the author says the same', async () => {
    list([{ id: 'a/held' }, { id: 'a/true' }]);
    dev();
    await bench.run('syncPricing');
    bench.clock.addHours(2);
    list([
      { id: 'a/held', input: 9, output: 9 },
      { id: 'a/true', input: 9, output: 9 },
    ]);
    const endpoint = { tag: 'a', provider_name: 'A', pricing: { prompt: perToken(9), completion: perToken(9) } };
    bench.feeds.answers.set('/openrouter/models/a/true/endpoints', { body: { data: { endpoints: [endpoint] } } });
    const summary = await bench.run('syncPricing');
    expect(summary).to.deep.include({ accepted: 2, held: 2, alerts: 1 });
    expect(await priceOf('openrouter/a/true')).to.equal(perToken(9));
    expect(await priceOf('openrouter/a/held')).to.equal(perToken(1));
    // The author is asked again as long as it waits.
    bench.feeds.answers.set('/openrouter/models/a/held/endpoints', { body: { data: { endpoints: [endpoint] } } });
    bench.clock.addHours(2);
    expect((await bench.run('syncPricing'))['rules']).to.deep.equal({ 'accepted confirmed': 1 });
    expect(await priceOf('openrouter/a/held')).to.equal(perToken(9));
    const [alert] = await bench.rows<{ kind: string; message: string }>('select kind, message from alerts');
    expect(alert?.kind).to.equal('changes_held');
    expect(alert?.message).to.include('openrouter/a/held');
  });

  it('brings the prices of direct providers from models.dev, with limits and without losing what it does not know', async () => {
    bench.file = {
      models: [],
      overrides: [],
    };
    list([{ id: 'openai/direct', input: 2, output: 8, pricing: { input_cache_read: perToken(0.2) } }]);
    dev({
      openai: {
        direct: { cost: { input: 2, output: 8, cache_read: 0.2 }, limit: { context: 400_000, output: 64_000 } },
      },
    });
    const common = { source: 'seed', at: '2026-11-01T00:00:00.000Z', by: 'test' };
    await appendDrafts(bench.tools.store, 'catalog-main', [
      {
        type: 'ModelRegistered',
        data: {
          ...common,
          modelId: 'openai/direct',
          provider: 'openai',
          modelName: 'direct',
          details: { enabled: true, tags: ['chat'], qualityWeight: 1, abilities: {}, openrouterId: 'openai/direct' },
          prices: { input: perToken(1), output: perToken(4), cacheWrite1h: perToken(3) },
        },
      },
    ]);
    await bench.run('syncPricing');
    const model = (await bench.catalog()).models.get('openai/direct');
    // Twice the price: taken because OpenRouter's list says the same.
    expect(model?.prices).to.deep.equal({
      input: perToken(2),
      output: perToken(8),
      cachedInput: perToken(0.2),
      cacheWrite1h: perToken(3),
    });
    expect(model?.priceSource).to.equal('models_dev');
    expect(model?.details).to.deep.include({ contextTokens: 400_000, maxOutputTokens: 64_000, tags: ['chat'] });
  });

  it('lets what stands under overrides win, and says so', async () => {
    list([{ id: 'a/one', input: 1 }]);
    dev();
    await bench.run('syncPricing');
    bench.file = {
      models: [],
      overrides: [
        { provider: 'openrouter', model_name: 'a/one', prices: { input: '1', output: '4' }, context: 200_000 },
      ],
    };
    bench.clock.addHours(2);
    list([openRouterRow({ id: 'a/one', input: 1.2, rest: { context_length: 300_000 } })]);
    const summary = await bench.run('syncPricing');
    expect(summary['rules']).to.deep.include({ 'ignored overridden': 2 });
    expect(await priceOf('openrouter/a/one')).to.equal(perToken(1));
  });

  it('changes nothing in a dry run', async () => {
    list(many(3));
    dev();
    expect(await bench.run('syncPricing', {}, { dryRun: true })).to.deep.include({ accepted: 3, events: 3 });
    expect(await bench.events()).to.deep.equal([]);
    for (const table of ['feed_readings', 'job_runs', 'alerts', 'feed_sightings'])
      expect(await bench.rows(`select from ${table}`), table).to.deep.equal([]);
  });

  it('runs once at a time: two at once bring the same as one', async () => {
    list(many(20));
    dev();
    await Promise.all([bench.run('syncPricing'), bench.run('syncPricing')]);
    expect(await bench.events()).to.have.length(20);
  });

  it('suspends a model after three readings without it over a day, and takes it back when it returns', async () => {
    const others = many(20);
    list([{ id: 'a/one' }, ...others]);
    dev();
    await bench.run('syncPricing');
    const deprecation = async () => (await bench.catalog()).models.get('openrouter/a/one')?.deprecation;
    list(others);
    for (const hours of [2, 2, 2]) {
      bench.clock.addHours(hours);
      await bench.run('syncPricing');
      expect(await deprecation()).to.equal(undefined);
    }
    bench.clock.addHours(20);
    await bench.run('syncPricing');
    expect((await deprecation())?.reason).to.match(/^it is not listed any more: 4 readings over 24 h/);
    bench.clock.addHours(2);
    list([{ id: 'a/one' }, ...others]);
    await bench.run('syncPricing');
    expect(await deprecation()).to.equal(undefined);
    const kinds = await bench.rows<{ kind: string }>('select kind from alerts order by raised_at');
    expect(kinds.map(({ kind }) => kind)).to.deep.equal(['models_vanished', 'models_returned']);
  });

  it('tells once that a price goes back and forth within a day', async () => {
    dev();
    for (const input of [1, 1.2, 1, 1.2, 1]) {
      list([{ id: 'a/one', input }]);
      await bench.run('syncPricing');
      bench.clock.addHours(2);
    }
    const told = await bench.rows<{ subject: string }>(`select subject from alerts where kind = 'price_flapping'`);
    expect(told).to.deep.equal([{ subject: 'openrouter/a/one' }]);
  });

  it('takes a price from genai-prices where a model says so, at the price of that day', async () => {
    bench.clock.at = Date.UTC(2026, 7, 1);
    list([{ id: 'a/one' }]);
    dev({ openai: { 'gpt-5.6-sol': { cost: { input: 9, output: 9 } } } });
    const details = { enabled: true, tags: [], qualityWeight: 1, abilities: {}, syncSource: 'genai_prices' };
    const common = { source: 'seed', at: '2026-07-01T00:00:00.000Z', by: 'test' };
    const named = { modelId: 'openai/gpt-5.6-sol', provider: 'openai' as const, modelName: 'gpt-5.6-sol' };
    await appendDrafts(bench.tools.store, 'catalog-main', [
      { type: 'ModelRegistered', data: { ...common, ...named, details, prices: null } },
    ]);
    await bench.run('syncPricing');
    const model = (await bench.catalog()).models.get('openai/gpt-5.6-sol');
    expect([model?.prices?.input, model?.prices?.output]).to.deep.equal([perToken(5), perToken(30)]);
    expect(model?.priceSource).to.equal('genai_prices');
  });

  it('appends a list that is too long for one append in several', async function () {
    this.timeout(60_000);
    list(many(2_500));
    dev();
    expect(await bench.run('syncPricing')).to.deep.include({ accepted: 2_500 });
    expect((await bench.catalog()).models.size).to.equal(2_500);
    expect(new Set((await bench.events()).map(({ data }) => ('modelId' in data ? data.modelId : ''))).size).to.equal(
      2_500,
    );
  });

  it('finishes the notes of a run that was cut off after its append', async () => {
    list(many(20));
    dev();
    await bench.run('syncPricing');
    bench.clock.addHours(2);
    list([{ id: 'maker/model-0', input: 9 }, ...many(20).slice(1)]);
    const cut = new AbortController();
    const real = bench.tools.store;
    const append: typeof real.append = async (...given) => {
      await real.append(...given);
      // The process is gone at this point: what comes after the append never happens.
      cut.abort(new Error('killed'));
      return await new Promise(() => {});
    };
    Object.assign(bench.tools, { store: { ...real, append } });
    await rejectionOf(bench.run('syncPricing', {}, { signal: cut.signal }));
    Object.assign(bench.tools, { store: real });
    expect(await bench.rows('select from alerts')).to.deep.equal([]);
    await bench.tools.postgres.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()`,
    );
    bench.clock.addHours(2);
    await bench.run('syncPricing');
    expect(await bench.rows('select kind from alerts')).to.deep.equal([{ kind: 'changes_held' }]);
    const held = (await bench.events()).filter(({ type }) => type === 'ModelChangeHeld');
    expect(held).to.have.length(1);
    const [sighting] = await bench.rows<{ reading_count: number }>('select reading_count from feed_sightings');
    expect(sighting?.reading_count).to.equal(2);
  });
});
