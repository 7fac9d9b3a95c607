// Whatever a feed says and in whatever order: the report is the difference of the files, a repeat changes nothing, and no price moves far
// without a reason.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { schemaOf } from '../../../src/domain/events.ts';
import { diffSnapshots } from '../../../workers/replay/diffSnapshots.ts';
import { factorOf } from '../../../src/domain/comparePrices.ts';
import { openRouterFeed, openRouterRow } from '../../support/feeds.ts';
import { createWorld } from './feedWorld.ts';

const price = fc.constantFrom('0', '0.000001', '0.0000011', '0.00000100', '0.000009', '0.0000000416666666666667', '-1');
const overrides = fc.option(
  fc.array(fc.record({ min_prompt_tokens: fc.constantFrom(1_000, 2_000), prompt: price }), {
    minLength: 1,
    maxLength: 2,
  }),
  { nil: undefined },
);
const row = (id: string) =>
  fc
    .record({
      prompt: price,
      completion: price,
      cached: fc.option(price, { nil: undefined }),
      overrides,
      context: fc.constantFrom(null, 1_000, 2_000),
      output: fc.constantFrom(null, 500),
      expires: fc.constantFrom(null, '2026-12-01', '2027-02-01', '2098-12-31'),
      parameters: fc.subarray(['tools', 'reasoning', 'seed']),
      slug: fc.constantFrom('a/x-1', 'a/x-2'),
      words: fc.constantFrom('some', 'other'),
    })
    .map((given) =>
      openRouterRow({
        id,
        pricing: {
          prompt: given.prompt,
          completion: given.completion,
          ...(given.cached === undefined ? {} : { input_cache_read: given.cached }),
          ...(given.overrides ? { overrides: given.overrides } : {}),
        },
        rest: {
          context_length: given.context,
          top_provider: { max_completion_tokens: given.output },
          expiration_date: given.expires,
          supported_parameters: given.parameters,
          canonical_slug: given.slug,
          description: given.words,
        },
      }),
    );
const IDS = ['a/one', 'a/two', 'a/gift:free', 'a/one:batch', '~a/latest'];
const reading = fc
  .tuple(...IDS.map((id) => fc.option(row(id), { nil: undefined, freq: 4 })))
  .map((rows) => rows.filter((one): one is Record<string, unknown> => one !== undefined))
  .filter((rows) => rows.length > 0);
const feed = fc.array(fc.record({ rows: reading, hours: fc.constantFrom(1, 2, 12, 25, 200) }), {
  minLength: 2,
  maxLength: 8,
});

describe('any feed', function () {
  this.timeout(60_000);
  it('gets a verdict for each of its differences, and nothing by being read again', () => {
    fc.assert(
      fc.property(feed, (readings) => {
        const world = createWorld();
        let before: unknown;
        let at = 0;
        for (const { rows, hours } of readings) {
          at += hours;
          const plan = world.read(at, rows);
          for (const { type, data } of plan.events) schemaOf(type).parse(data);
          const body = openRouterFeed(rows);
          if (before !== undefined) {
            const told = plan.rows.filter(({ inFeed }) => inFeed).map(({ id, field }) => `${id} ${field}`);
            const found = diffSnapshots(before, body).map(({ id, field }) => `${id} ${field}`);
            expect(told.toSorted()).to.deep.equal(found.toSorted());
          }
          before = body;
          expect(world.read(at + 0.2, rows).events).to.deep.equal([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('moves no price by more than the limit at its first reading, and none across zero', () => {
    fc.assert(
      fc.property(feed, (readings) => {
        const world = createWorld();
        let at = 0;
        for (const { rows, hours } of readings) {
          // Two readings are never enough to be steady.
          at += Math.min(hours, 2);
          const known = world.catalog().models;
          world.read(at, rows);
          for (const [id, { prices }] of world.catalog().models) {
            const old = known.get(id)?.prices;
            if (!old?.input || !prices?.input || at >= 24) continue;
            expect(Number(old.input) === 0).to.equal(Number(prices.input) === 0);
            if (Number(old.input) > 0) expect(factorOf(old.input, prices.input)).to.be.at.most(1.5);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
