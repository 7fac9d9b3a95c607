// Checks that change nothing, ends of models, and how people hear of all that.
import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { beforeEach } from 'mocha';
import { ADMIN_STREAM } from '../../../src/domain/events.ts';
import { DEV_PATH, MODELS_PATH, WEBHOOK_PATH } from '../../support/feedServer.ts';
import { modelsDevFeed, openRouterFeed, perToken } from '../../support/feeds.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { registerModels, useJobs } from './jobBench.ts';

describe('the checks of the catalog', () => {
  const bench = useJobs();
  const register = (names: readonly string[], prices = { input: perToken(1), output: perToken(4) }) =>
    registerModels(bench, names, prices);
  const alerts = () =>
    bench.rows<{ kind: string; subject: string; message: string }>(
      'select kind, subject, message from alerts order by id',
    );
  const deprecationOf = async (name: string) => (await bench.catalog()).models.get(`openai/${name}`)?.deprecation;

  const feeds = (ours: Parameters<typeof modelsDevFeed>[0]) => {
    bench.feeds.answers.set(DEV_PATH, { body: modelsDevFeed(ours) });
    bench.feeds.answers.set(MODELS_PATH, { body: openRouterFeed([{ id: 'openai/other' }]) });
  };
  const calendar = (...entries: object[]) => {
    bench.file = { models: [], deprecation: { calendar: entries } };
  };
  const events = async () => {
    const kinds: unknown[] = [];
    for await (const event of bench.tools.store.readStream(ADMIN_STREAM)) kinds.push(event.data);
    return kinds as { kind: string; subject: string; message: string; at: string }[];
  };
  const posts = () => bench.feeds.asked.filter(({ path }) => path === WEBHOOK_PATH);

  describe('of prices', () => {
    it('reports what agrees, what differs, and what nobody else knows', async () => {
      await register(['near', 'far', 'alone']);
      feeds({ openai: { near: { cost: { input: 1.04, output: 4 } }, far: { cost: { input: 2, output: 4 } } } });
      const summary = await bench.run('validatePricing');
      expect(summary).to.deep.include({ agrees: 1, differs: 1, unverified: 1, alerts: 1, sources_away: [] });
      expect(summary['differences']).to.deep.equal([
        {
          model: 'openai/far',
          source: 'models_dev',
          verdict: 'differs',
          percent: -50,
          line: 'input',
          ours: '1 / 4',
          theirs: '2 / 4',
        },
      ]);
      expect((await alerts())[0]?.message).to.include('openai/far: 1 / 4 here, 2 / 4 at models_dev (-50 %)');
      // The same difference is told once.
      bench.clock.addHours(24);
      expect(await bench.run('validatePricing')).to.deep.include({ differs: 1, alerts: 0 });
      expect(await bench.events()).to.have.length(3);
    });

    it('tells the same difference again once it was gone in between', async () => {
      await register(['far']);
      const raised: unknown[] = [];
      for (const input of [2, 2, 1, 2, 1, 2]) {
        feeds({ openai: { far: { cost: { input, output: 4 } } } });
        raised.push((await bench.run('validatePricing'))['alerts']);
        bench.clock.addHours(raised.length < 5 ? 20 : 2);
      }
      // The last one is back within a day of the one that was told.
      expect(raised).to.deep.equal([1, 0, 0, 1, 0, 0]);
    });

    it('knows differences that are meant', async () => {
      await register(['far']);
      bench.file = {
        models: [],
        sync: { validation: { offsets: [{ model: 'openai/far', source: 'models_dev', percent: -50 }] } },
      };
      feeds({ openai: { far: { cost: { input: 2, output: 8 } } } });
      expect(await bench.run('validatePricing')).to.deep.include({ agrees: 1, differs: 0, alerts: 0 });
    });

    it('goes on with what it has when a source is away, and says so', async () => {
      await register(['near']);
      feeds({ openai: { near: { cost: { input: 1, output: 4 } } } });
      bench.feeds.answers.set(MODELS_PATH, { status: 503, body: 'busy' });
      const summary = await bench.run('validatePricing');
      expect(summary).to.deep.include({ agrees: 1 });
      expect(summary['sources_away']).to.deep.equal(['openrouter: answered 503: busy']);
    });
  });

  describe('of ends', () => {
    it('deprecates by the calendar, with the replacement, and takes it back with the entry', async () => {
      await register(['old', 'new']);
      calendar(
        { model: 'openai/old', on: '2027-04-01', replacement: 'openai/new', note: 'announced' },
        { model: 'openai/none', on: '2027-01-01' },
      );
      expect(await bench.run('checkDeprecations')).to.deep.include({ events: 1, unknown_in_calendar: ['openai/none'] });
      expect(await deprecationOf('old')).to.deep.equal({
        at: '2027-04-01T00:00:00.000Z',
        reason: 'the provider shuts it down on 2027-04-01 (announced)',
        replacement: 'openai/new',
        source: 'calendar',
      });
      expect(await bench.run('checkDeprecations')).to.deep.include({ events: 0 });
      calendar({ model: 'openai/old', on: '2027-05-01' });
      await bench.run('checkDeprecations');
      expect((await deprecationOf('old'))?.at).to.equal('2027-05-01T00:00:00.000Z');
      calendar();
      await bench.run('checkDeprecations');
      expect(await deprecationOf('old')).to.equal(undefined);
      expect((await bench.catalog()).models.has('openai/old')).to.equal(true);
    });

    it('tells once that an end is near, and once that it has come', async () => {
      await register(['old']);
      calendar({ model: 'openai/old', on: '2026-11-30', replacement: 'openai/new' });
      for (const hours of [0, 1, 24, 96, 24]) {
        bench.clock.addHours(hours);
        await bench.run('checkDeprecations');
      }
      const told = (await alerts()).filter(({ subject }) => subject === 'openai/old');
      expect(told.map(({ kind }) => kind)).to.deep.equal(['shutdown_near', 'shutdown_passed']);
      expect(told[0]?.message).to.match(/^openai\/old ends in 5 days \(2026-11-30\): .*; instead: openai\/new$/);
    });

    it('tells again of an end that was moved away and back', async () => {
      await register(['old']);
      for (const on of ['2026-11-30', '2027-06-01', '2026-11-30']) {
        calendar({ model: 'openai/old', on });
        await bench.run('checkDeprecations');
        bench.clock.addHours(25);
        await bench.run('checkDeprecations');
      }
      const kinds = (await alerts()).filter(({ subject }) => subject === 'openai/old').map(({ kind }) => kind);
      expect(kinds).to.deep.equal(['shutdown_near', 'shutdown_near']);
    });

    it('tells of each feed that it has not been read for too long', async () => {
      await register(['one']);
      await bench.run('checkDeprecations');
      expect((await alerts()).map(({ kind, subject }) => `${kind} ${subject}`)).to.deep.equal([
        'feed_stale openrouter',
        'feed_stale models_dev',
        'feed_stale artificialanalysis',
      ]);
    });
  });

  describe('and their alerts', () => {
    // One alert: that of models.dev.
    beforeEach(async () => {
      await bench.rows(
        `insert into feed_readings (id, source, url, fetched_at, state)
         select gen_random_uuid(), source, 'u', '2026-11-25', 'taken' from unnest(array['openrouter', 'artificialanalysis']) source`,
      );
    });
    it('become an event, a log line and one signed POST each', async () => {
      await register(['one']);
      await bench.run('checkDeprecations');
      bench.feeds.answers.set(WEBHOOK_PATH, { status: 204, body: '' });
      expect(await bench.run('deliverAlerts')).to.deep.equal({ appended: 1, delivered: 1 });
      expect(await bench.run('deliverAlerts')).to.deep.equal({ appended: 0, delivered: 0 });
      const [event] = await events();
      expect(event).to.deep.include({ kind: 'feed_stale', subject: 'models_dev' });
      expect(
        bench.logger.lines.some(
          ({ level, message, fields }) => level === 'warn' && message === 'alert' && fields['kind'] === 'feed_stale',
        ),
      ).to.equal(true);
      const [post, ...more] = posts();
      expect(more).to.deep.equal([]);
      const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(post?.headers['x-omni-signature'])) ?? [];
      expect(hex).to.equal(createHmac('sha256', 'test-secret').update(`${seconds}.${post?.body}`).digest('hex'));
      expect(JSON.parse(post?.body ?? '')).to.deep.equal({ ...event, id: post?.headers['x-omni-delivery'] });
    });

    it('are posted again when the webhook refuses, and not those that it took', async () => {
      await register(['one', 'two']);
      bench.file = {
        models: [],
        deprecation: {
          calendar: [
            { model: 'openai/one', on: '2026-11-26' },
            { model: 'openai/two', on: '2026-11-26' },
          ],
        },
      };
      await bench.run('checkDeprecations');
      let refused = 0;
      bench.feeds.answers.set(WEBHOOK_PATH, (_, body) => {
        if (!body.includes('openai/two') || refused >= 1) return { body: {} };
        refused += 1;
        return { status: 500, body: 'no' };
      });
      const error = await rejectionOf(bench.run('deliverAlerts'));
      expect(error.message).to.include('1 alerts could not be posted: the webhook answered 500');
      expect(await bench.run('deliverAlerts')).to.deep.equal({ appended: 0, delivered: 1 });
      const ids = posts().map(({ headers }) => headers['x-omni-delivery']);
      expect(ids).to.have.length(4);
      expect(new Set(ids).size).to.equal(3);
      expect(await events()).to.have.length(3);
    });

    it('are in the log without a webhook too', async () => {
      Object.assign(bench.tools, { places: { ...bench.tools.places, webhook: undefined } });
      await register(['one']);
      await bench.run('checkDeprecations');
      expect(await bench.run('deliverAlerts')).to.deep.equal({ appended: 1, delivered: 0 });
      expect(posts()).to.deep.equal([]);
    });
  });
});
