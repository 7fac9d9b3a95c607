// From a file to events: a second run plans nothing, feeds keep what they said, and overrides win over everybody.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Catalog, EMPTY_CATALOG } from '../../../src/domain/catalog.ts';
import { type ModelWish, planCatalogChanges } from '../../../src/domain/catalogChanges.ts';
import { type DomainEvent, schemaOf } from '../../../src/domain/events.ts';
import { foldCatalog } from '../../../src/domain/foldCatalog.ts';
import { DETAILS, MODEL, deprecated, described, priced, registered, revised } from './catalogEvents.ts';

const CHANGE = { at: '2026-11-20T00:00:00.000Z', by: 'test' };
const wish = (rest: Partial<ModelWish> = {}): ModelWish => ({
  provider: 'openai',
  modelName: 'one',
  details: { tags: ['chat'], abilities: { tools: true } },
  prices: { input: '0.000001', output: '0.000004' },
  ...rest,
});
const plan = (catalog: Catalog, models: readonly ModelWish[], overrides: readonly ModelWish[] = []) =>
  planCatalogChanges(catalog, { models, overrides }, CHANGE);
const apply = (catalog: Catalog, events: readonly DomainEvent[]) =>
  foldCatalog(revised(events, catalog.version + 1), catalog);
const typesOf = (events: readonly DomainEvent[]) => events.map(({ type }) => type);
const seeded = foldCatalog(revised([registered()]));

describe('first values of a file', () => {
  it('register a model that the catalog does not know', () => {
    const [event, ...rest] = plan(EMPTY_CATALOG, [wish()]);
    expect(rest).to.deep.equal([]);
    expect(event).to.deep.equal({
      type: 'ModelRegistered',
      data: {
        modelId: MODEL,
        source: 'seed',
        ...CHANGE,
        provider: 'openai',
        modelName: 'one',
        details: DETAILS,
        prices: { input: '0.000001', output: '0.000004' },
      },
    });
  });

  it('are enough with a name alone: the entry is enabled, of weight 1, and its price is unknown, not zero', () => {
    const [event] = plan(EMPTY_CATALOG, [wish({ details: {}, prices: undefined })]);
    expect(schemaOf('ModelRegistered').safeParse(event?.data).success).to.equal(true);
    expect(event?.data).to.deep.include({
      details: { enabled: true, tags: [], qualityWeight: 1, abilities: {} },
      prices: null,
    });
  });

  it('change nothing when they say what is known', () => {
    expect(plan(seeded, [wish()])).to.deep.equal([]);
  });

  it('correct what a file has said before', () => {
    const events = plan(seeded, [wish({ details: { tags: ['coding'] }, prices: { input: '0.000003' } })]);
    expect(typesOf(events)).to.deep.equal(['ModelDetailsChanged', 'ModelPriceChanged']);
    expect(apply(seeded, events).models.get(MODEL)?.prices).to.deep.equal({ input: '0.000003' });
  });

  it('take back a price that the file no longer gives', () => {
    const catalog = apply(seeded, plan(seeded, [wish({ prices: undefined })]));
    expect(catalog.models.get(MODEL)?.prices).to.equal(undefined);
  });

  it('leave a price alone that a feed has given since, and still correct the details', () => {
    const fed = apply(seeded, [priced({ input: '0.000009' })]);
    const events = plan(fed, [wish({ details: { tags: ['coding'] }, prices: { input: '0.000003' } })]);
    expect(typesOf(events)).to.deep.equal(['ModelDetailsChanged']);
  });

  it('still count where no feed ever speaks of prices: what a service tier costs', () => {
    const flex = { serviceTier: 'flex', input: '0.0000005' };
    const longer = { minPromptTokens: 9, input: '0.00002' };
    const fed = apply(seeded, [priced({ input: '0.000009', overrides: [longer] })]);
    const models = [wish({ prices: { input: '0.000003', overrides: [flex] } })];
    const tiered = apply(fed, plan(fed, models));
    expect(tiered.models.get(MODEL)?.prices).to.deep.equal({ input: '0.000009', overrides: [longer, flex] });
    expect(tiered.models.get(MODEL)?.priceSource).to.equal(fed.models.get(MODEL)?.priceSource);
    expect(plan(tiered, models)).to.deep.equal([]);
    const overrides = [wish({ details: {}, prices: { overrides: [{ ...flex, input: '0.0000006' }] } })];
    const overridden = apply(tiered, plan(tiered, models, overrides));
    expect(overridden.models.get(MODEL)?.prices?.overrides).to.deep.equal([longer, { ...flex, input: '0.0000006' }]);
    expect(plan(overridden, models, overrides)).to.deep.equal([]);
  });

  it('leave details alone that a feed has given since, and still correct the price', () => {
    const fed = apply(seeded, [described({ contextTokens: 5 })]);
    const details = { tags: ['chat' as const], abilities: { tools: false }, contextTokens: 9 };
    const events = plan(fed, [wish({ details, prices: { input: '0.000003' } })]);
    expect(typesOf(events)).to.deep.equal(['ModelPriceChanged']);
  });

  it('still count where no feed ever speaks: tags, tier and weight', () => {
    const fed = apply(seeded, [described({ contextTokens: 5 })]);
    const edited = wish({ details: { tags: ['coding'], qualityTier: 'solid', qualityWeight: 0.5, contextTokens: 9 } });
    const after = apply(fed, plan(fed, [edited]));
    expect(after.models.get(MODEL)?.details).to.deep.include({
      tags: ['coding'],
      qualityTier: 'solid',
      qualityWeight: 0.5,
      contextTokens: 5,
    });
    expect(after.models.get(MODEL)?.detailsSource).to.equal('models_dev');
    expect(plan(after, [edited])).to.deep.equal([]);
    // What an override says of them wins, and stays.
    const override = wish({ details: { tags: ['image'] }, prices: undefined });
    const overridden = apply(after, plan(after, [edited], [override]));
    expect(overridden.models.get(MODEL)?.details.tags).to.deep.equal(['image']);
    expect(plan(overridden, [edited], [override])).to.deep.equal([]);
  });

  it('never take a model away that the file no longer lists', () => {
    expect(plan(seeded, [])).to.deep.equal([]);
  });
});

describe('an announced shutdown', () => {
  const ending = wish({ details: { ...DETAILS, shutdownOn: '2027-01-31', replacement: 'openai/two' } });

  it('deprecates at once, effective on its date', () => {
    const events = plan(EMPTY_CATALOG, [ending]);
    expect(typesOf(events)).to.deep.equal(['ModelRegistered', 'ModelDeprecated']);
    expect(apply(EMPTY_CATALOG, events).models.get(MODEL)?.deprecation).to.deep.equal({
      at: '2027-01-31T00:00:00.000Z',
      reason: 'the provider shuts it down on 2027-01-31',
      replacement: 'openai/two',
      source: 'seed',
    });
  });

  it('is planned again when its date or its replacement changes', () => {
    const known = apply(EMPTY_CATALOG, plan(EMPTY_CATALOG, [ending]));
    for (const changed of [{ shutdownOn: '2027-02-28' }, { replacement: 'openai/three' }]) {
      const events = plan(known, [{ ...ending, details: { ...ending.details, ...changed } }]);
      expect(typesOf(events)).to.deep.equal(['ModelDetailsChanged', 'ModelDeprecated']);
    }
  });
});

describe('a shutdown that an override announces', () => {
  const ending = wish({ details: { shutdownOn: '2027-01-31', replacement: 'openai/two' }, prices: undefined });

  it('deprecates, for a model that is known and for one that is not', () => {
    for (const catalog of [seeded, EMPTY_CATALOG]) {
      const events = plan(catalog, [], [ending]);
      expect(typesOf(events)).to.include('ModelDeprecated');
      const after = apply(catalog, events);
      expect(after.models.get(MODEL)?.deprecation).to.deep.include({
        at: '2027-01-31T00:00:00.000Z',
        replacement: 'openai/two',
        source: 'manual',
      });
      expect(plan(after, [], [ending])).to.deep.equal([]);
    }
  });

  it('wins over the day of the first values, and stays at that', () => {
    const first = [wish({ details: { ...DETAILS, shutdownOn: '2026-12-24' } })];
    const known = apply(EMPTY_CATALOG, plan(EMPTY_CATALOG, first));
    const after = apply(known, plan(known, first, [ending]));
    expect(after.models.get(MODEL)?.deprecation?.at).to.equal('2027-01-31T00:00:00.000Z');
    expect(plan(after, first, [ending])).to.deep.equal([]);
  });

  it('is taken back when no list names it any more', () => {
    const known = apply(seeded, plan(seeded, [wish()], [ending]));
    const events = plan(known, [wish()], []);
    expect(typesOf(events)).to.deep.equal(['ModelReinstated']);
    expect(apply(known, events).models.get(MODEL)?.deprecation).to.equal(undefined);
    const seededEnd = [wish({ details: { ...DETAILS, shutdownOn: '2026-12-24' } })];
    const first = apply(EMPTY_CATALOG, plan(EMPTY_CATALOG, seededEnd));
    expect(typesOf(plan(first, [wish()]))).to.include('ModelReinstated');
    expect(plan(first, [])).to.deep.equal([]);
  });

  it('leaves what a feed has said since to the feed', () => {
    const first = [wish({ details: { ...DETAILS, shutdownOn: '2026-12-24' } })];
    const fed = apply(seeded, [deprecated('2027-03-01T00:00:00.000Z')]);
    expect(typesOf(plan(fed, first))).to.not.include('ModelDeprecated');
  });
});

describe('overrides of a file', () => {
  const fed = apply(seeded, [priced({ input: '0.000009', output: '0.00009' }), described({ contextTokens: 5 })]);

  it('win over a feed, line by line, as source manual', () => {
    const catalog = apply(fed, plan(fed, [wish()], [wish({ details: {}, prices: { input: '0.000002' } })]));
    const model = catalog.models.get(MODEL);
    expect(model?.prices).to.deep.equal({ input: '0.000002', output: '0.00009' });
    expect(model?.priceSource).to.equal('manual');
    expect(model?.detailsSource).to.equal('models_dev');
  });

  it('win over the first values of the same file', () => {
    const events = plan(EMPTY_CATALOG, [wish()], [wish({ details: { enabled: false }, prices: undefined })]);
    const model = apply(EMPTY_CATALOG, events).models.get(MODEL);
    expect(typesOf(events)).to.deep.equal(['ModelRegistered', 'ModelDetailsChanged']);
    expect(model?.details.enabled).to.equal(false);
    expect(model?.prices?.input).to.equal('0.000001');
  });

  it('change the abilities that they name, and keep the others', () => {
    const events = plan(fed, [], [wish({ details: { abilities: { vision: false } }, prices: undefined })]);
    const details = apply(fed, events).models.get(MODEL)?.details;
    expect(details?.abilities).to.deep.equal({ tools: true, vision: false });
    expect(details?.contextTokens).to.equal(5);
  });

  it('win again after a feed has said something else', () => {
    const override = [wish({ details: {}, prices: { input: '0.000002' } })];
    const overridden = apply(fed, plan(fed, [], override));
    const again = apply(overridden, [priced({ input: '0.000009' })]);
    expect(apply(again, plan(again, [], override)).models.get(MODEL)?.prices?.input).to.equal('0.000002');
  });

  it('register a model that stands nowhere else', () => {
    const [event, ...rest] = plan(EMPTY_CATALOG, [], [wish()]);
    expect(rest).to.deep.equal([]);
    expect(event?.type).to.equal('ModelRegistered');
    expect(event?.data).to.include({ source: 'manual' });
  });
});

const names = ['one', 'two', 'three', 'four'] as const;
const price = fc.constantFrom('0', '0.000001', '0.0000025', '0.00000004166666666666667');
const details = fc.record(
  {
    tags: fc.subarray(['chat', 'coding', 'reasoning']),
    enabled: fc.boolean(),
    qualityWeight: fc.constantFrom(0.8, 1, 1.2),
    contextTokens: fc.constantFrom(1000, 200_000),
    abilities: fc.record({ tools: fc.boolean(), vision: fc.boolean() }, { requiredKeys: [] }),
    shutdownOn: fc.constantFrom('2026-12-01', '2027-01-31'),
    replacement: fc.constantFrom('openai/one', 'openai/two'),
  },
  { requiredKeys: [] },
);
const prices = fc.option(fc.record({ input: price, output: price, cachedInput: price }, { requiredKeys: [] }), {
  nil: undefined,
});
const wishes = fc
  .record({
    listed: fc.subarray([...names]),
    all: fc.array(fc.record({ details, prices }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ listed, all }) => listed.map((modelName, place) => wish({ modelName, ...all[place] })));

describe('any file', () => {
  it('plans only events that the log takes, and nothing more on its second run', () => {
    fc.assert(
      fc.property(wishes, wishes, wishes, wishes, (oldModels, oldOverrides, models, overrides) => {
        const before = apply(EMPTY_CATALOG, plan(EMPTY_CATALOG, oldModels, oldOverrides));
        const events = plan(before, models, overrides);
        for (const { type, data } of events) {
          expect(schemaOf(type).safeParse(JSON.parse(JSON.stringify(data))).error, type).to.equal(undefined);
        }
        expect(plan(apply(before, events), models, overrides)).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
  });
});
