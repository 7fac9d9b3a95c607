// The replay of recorded feeds, on snapshots made here: the report of the jobs and the comparison of the files are one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLoopbackFeeds } from '../../../workers/replay/loopbackFeeds.ts';
import { describeCatalog, replayPrices, replayRatings, replaySettings } from '../../../workers/replay/replayFeeds.ts';
import { readFolder, rebuildSnapshots } from '../../../workers/replay/snapshots.ts';
import { ModelsFile } from '../../../src/config/schema.ts';
import { StartError } from '../../../src/platform/startError.ts';
import { openRouterFeed, openRouterRow, perToken, ratingPages, ratingRow } from '../../support/feeds.ts';
import { useJobs } from './jobBench.ts';

const at = (hour: number) => `2026-01-01T0${hour}:00:00+00:00`;

describe('a replay of recorded feeds', () => {
  const bench = useJobs();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'omni-feeds-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, body: unknown) =>
    writeFileSync(join(folder, name), typeof body === 'string' ? body : JSON.stringify(body));
  const openTools = async () => {
    const feeds = await openLoopbackFeeds();
    const clock = Object.assign(bench.clock, {
      moveTo: (at: number) => {
        bench.clock.at = at;
      },
    });
    const file = replaySettings(ModelsFile.parse(bench.file));
    return { ...bench.tools, feeds, clock, places: feeds.places, models: () => file };
  };

  it('has a verdict for every difference of the files, and changes nothing the second time', async () => {
    const rows = Array.from({ length: 12 }, (_, place) => openRouterRow({ id: `a/m${place}`, input: 1 + place / 10 }));
    const zeros = { request: '0', image: '0' };
    write(
      'openrouter-2026-01-01.json',
      openRouterFeed([...rows, openRouterRow({ id: 'a/zeros', pricing: zeros }), openRouterRow({ id: '~a/latest' })]),
    );
    write(
      'openrouter-2026-01-03.json',
      openRouterFeed([
        ...rows.slice(1, 10),
        openRouterRow({ id: 'a/m10', input: 30, rest: { context_length: 8_000, description: 'New words.' } }),
        openRouterRow({ id: 'a/m11', input: 2.2 }),
        openRouterRow({ id: 'a/zeros' }),
        openRouterRow({ id: '~a/latest', input: 9 }),
        openRouterRow({ id: 'a/fresh' }),
      ]),
    );
    write('notes.json', { nothing: true });
    const { prices, skipped } = readFolder(folder);
    expect(skipped).to.deep.equal(['notes.json']);
    const tools = await openTools();
    const steps = await replayPrices(tools, prices, { repeats: true });
    await tools.feeds.close();
    expect(steps.map(({ inFiles, unmatched, repeated }) => [inFiles, unmatched, repeated])).to.deep.equal([
      [null, [], 0],
      [9, [], 0],
    ]);
    const verdicts = steps[1]?.rows.map(({ id, field, verdict, rule }) => `${id} ${field} ${verdict} ${rule}`);
    expect(verdicts).to.have.members([
      'a/m0 removed held missing_not_long_enough',
      'a/m10 pricing.prompt held large_unconfirmed',
      'a/m10 context_length held limit_shrank',
      'a/m10 description ignored noise',
      'a/m11 pricing.prompt accepted small',
      'a/zeros pricing.request ignored absent_is_zero',
      'a/zeros pricing.image ignored absent_is_zero',
      '~a/latest pricing.prompt ignored alias',
      'a/fresh added accepted new_model',
    ]);
    expect(await describeCatalog(tools)).to.deep.include({ models: 14, 'still held': 2, 'price changes': 1 });
  });

  it('rebuilds the snapshots that a list of changes went through', () => {
    const body = openRouterFeed([
      { id: 'a/one', input: 1 },
      { id: 'a/two', input: 1 },
    ]);
    const base = { name: 'base', at: 0, body };
    const events = [
      { type: 'price' as const, at: at(1), id: 'a/one', field: 'pricing.prompt', new: perToken(2) },
      { type: 'removed' as const, at: at(2), id: 'a/two' },
      { type: 'price' as const, at: at(3), id: 'a/one', field: 'pricing.prompt', new: perToken(1) },
      { type: 'added' as const, at: at(3), id: 'a/two', pricing: { prompt: '0', completion: '0' }, context_length: 5 },
      { type: 'params' as const, at: at(4), id: 'a/one', added: ['seed'], removed: ['tools'] },
      { type: 'field' as const, at: at(4), id: 'a/one', field: 'top_provider.max_completion_tokens', new: null },
    ];
    const snapshots = rebuildSnapshots(base, events).map(
      ({ body: one }) => (one as { data: Record<string, unknown>[] }).data,
    );
    expect(snapshots.map((rows) => rows.map(({ id }) => id))).to.deep.equal([
      ['a/one', 'a/two'],
      ['a/one'],
      ['a/one', 'a/two'],
      ['a/one', 'a/two'],
    ]);
    const prompts = snapshots.map((rows) => (rows[0] as { pricing: { prompt: string } }).pricing.prompt);
    expect(prompts).to.deep.equal([2, 2, 1, 1].map(perToken));
    const last = snapshots[3]?.[0];
    expect(last?.['supported_parameters']).to.include('seed').and.not.include('tools');
    expect(last?.['top_provider']).to.have.property('max_completion_tokens', null);
    expect(body).to.deep.equal(
      openRouterFeed([
        { id: 'a/one', input: 1 },
        { id: 'a/two', input: 1 },
      ]),
    );
  });

  it("serves older answers of the rating feed in today's shape", async () => {
    const ids = [1, 2, 3, 4, 5].map((place) => `00000000-0000-4000-8000-00000000000${place}`);
    const [id = ''] = ids;
    const legacy = (intelligence: number) => ({
      status: 200,
      prompt_options: {},
      data: ids.map((one) => {
        const { performance: _, ...row } = ratingRow({ id: one, intelligence });
        return { ...row, median_output_tokens_per_second: 0, median_time_to_first_token_seconds: 1 };
      }),
    });
    write('artificialanalysis-2026-01-01.json', legacy(70));
    write('artificialanalysis-2026-06-01.json', legacy(50));
    write(
      'artificialanalysis-2026-08-01.pages.json',
      ratingPages(
        ids.map((one) => ({ id: one, intelligence: 40 })),
        4.1,
      ),
    );
    bench.file = { models: [], sync: { ratings: { models: [{ id, model: 'openai/one' }] } } };
    const tools = await openTools();
    const { appendDrafts } = await import('../../support/eventLog.ts');
    const common = { source: 'seed', at: '2025-12-01T00:00:00.000Z', by: 'test' };
    const details = { enabled: true, tags: [], qualityWeight: 1, abilities: {} };
    await appendDrafts(tools.store, 'catalog-main', [
      {
        type: 'ModelRegistered',
        data: { ...common, modelId: 'openai/one', provider: 'openai', modelName: 'one', details, prices: null },
      },
    ]);
    const steps = await replayRatings(tools, readFolder(folder).ratings);
    await tools.feeds.close();
    expect(
      steps.map(({ summary, repeated }) => [summary['index_version'], summary['generation'], repeated]),
    ).to.deep.equal([
      ['unversioned 2026-01-01', 'new', 0],
      ['unversioned 2026-06-01', 'new', 0],
      ['4.1', 'new', 0],
    ]);
  });

  it('says what a folder must hold', () => {
    expect(() => readFolder(folder)).to.throw(StartError, /found no snapshots; allowed: \*YYYY-MM-DD\*\.json/);
    expect(() => readFolder(join(folder, 'none'))).to.throw(StartError, /found no readable folder/);
  });
});
