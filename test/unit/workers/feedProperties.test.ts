// Whatever a feed says and in whatever order: the report is the difference of the files, a repeat changes nothing, and no price moves far
// without a reason.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { schemaOf } from '../../../src/domain/events.ts';
import { diffSnapshots } from '../../../workers/replay/diffSnapshots.ts';
import type { Prices } from '../../../src/domain/prices.ts';
import { NO_USAGE, type Usage, costOf } from '../../../src/domain/usage.ts';
import { openRouterFeed, openRouterRow } from '../../support/feeds.ts';
import { createWorld } from './feedWorld.ts';

const price = fc.constantFrom('0', '0.000001', '0.0000011', '0.00000100', '0.000009', '0.0000000416666666666667', '-1');
const overrides = fc.option(
  fc.array(
    fc.record(
      { min_prompt_tokens: fc.constantFrom(1_000, 2_000), prompt: price, input_cache_read: price },
      { requiredKeys: ['min_prompt_tokens'] },
    ),
    {
      minLength: 1,
      maxLength: 2,
    },
  ),
  { nil: undefined },
);
const row = (id: string) =>
  fc
    .record({
      prompt: price,
      completion: price,
      others: fc.record(
        {
          input_cache_read: price,
          input_cache_write: price,
          internal_reasoning: price,
          image: price,
          request: price,
        },
        { requiredKeys: [] },
      ),
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
          ...given.others,
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

  it('moves no line of a price list by more than the limit at its first reading, and none across zero', () => {
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
            if (!old || !prices || at >= 24) continue;
            for (const usage of CALLS) {
              const [before, after] = [billOf(usage, old), billOf(usage, prices)];
              if (before === undefined || after === undefined) continue;
              const call = `${id} ${JSON.stringify(usage)}`;
              expect(before === 0, call).to.equal(after === 0);
              if (before > 0) expect(Math.max(before / after, after / before), call).to.be.at.most(1.500001);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** One class each, at a length of prompt below, between and above the tiers: what a bill consists of. */
const CALLS: Usage[] = [1, 1_001, 2_001].flatMap((count) => [
  { ...NO_USAGE, input: count },
  { ...NO_USAGE, cachedInput: count },
  { ...NO_USAGE, cacheWrite5m: count },
  { ...NO_USAGE, output: count },
  { ...NO_USAGE, output: count, reasoning: count },
  { ...NO_USAGE, images: count },
  NO_USAGE,
]);

/** In pico-dollars, without what each request costs as such: that is the bill of a call that used nothing. */
function billOf(usage: Usage, prices: Prices): number | undefined {
  const total = costOf(usage, prices, 0)?.total;
  const request = costOf(NO_USAGE, prices, 0)?.total ?? 0n;
  if (total === undefined) return undefined;
  return Number(usage === NO_USAGE ? request : total - request);
}
