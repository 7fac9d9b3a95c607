// The catalog as of a revision: exactly what its events up to there say, and nothing that came later.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { EMPTY_CATALOG, findModel } from '../../../src/domain/catalog.ts';
import type { DomainEvent } from '../../../src/domain/events.ts';
import { foldCatalog, foldPolicy } from '../../../src/domain/foldCatalog.ts';
import { loadPolicyFile } from '../../../src/config/load.ts';
import {
  DETAILS,
  MODEL,
  deprecated,
  described,
  generation,
  held,
  priced,
  rated,
  registered,
  reinstated,
  revised,
} from './catalogEvents.ts';

const OTHER = 'groq/two';
const other = registered({ modelId: OTHER, provider: 'groq', modelName: 'two', prices: null });
const fold = (...events: DomainEvent[]) => foldCatalog(revised(events));
const foldModel = (...events: DomainEvent[]) => fold(...events).models.get(MODEL);

describe('a catalog folded from events', () => {
  it('is empty, and before the first revision, without any event', () => {
    expect(fold()).to.deep.equal(EMPTY_CATALOG);
    expect(fold().version).to.equal(-1);
  });

  it('knows a registered model with all that the event says', () => {
    expect(foldModel(registered())).to.deep.equal({
      id: MODEL,
      provider: 'openai',
      modelName: 'one',
      details: DETAILS,
      detailsSource: 'seed',
      prices: { input: '0.000001', output: '0.000004' },
      priceSource: 'seed',
      pricedAt: '2026-11-01T00:00:00.000Z',
      ratings: [],
      deprecation: undefined,
      updatedAt: '2026-11-01T00:00:00.000Z',
    });
  });

  it('has no price for a model that was registered without one', () => {
    expect(fold(other).models.get(OTHER)?.prices).to.equal(undefined);
  });

  it('takes the whole new price list, and who said so', () => {
    const changed = foldModel(registered(), priced({ input: '0.000002' }));
    expect(changed?.prices).to.deep.equal({ input: '0.000002' });
    expect(changed?.priceSource).to.equal('openrouter');
    expect(changed?.detailsSource).to.equal('seed');
    expect(changed?.updatedAt).to.equal('2026-11-02T00:00:00.000Z');
  });

  it('forgets a price that is no longer known', () => {
    expect(foldModel(registered(), priced(null))?.prices).to.equal(undefined);
  });

  it('takes the whole new details, and leaves the price alone', () => {
    const changed = foldModel(registered(), described({ contextTokens: 1000 }));
    expect(changed?.details).to.deep.equal({ ...DETAILS, contextTokens: 1000 });
    expect(changed?.detailsSource).to.equal('models_dev');
    expect(changed?.priceSource).to.equal('seed');
  });

  it('ignores what is said of a model that nobody registered, and still moves on', () => {
    const catalog = fold(priced({ input: '1' }), described({}), deprecated('2026-12-01T00:00:00.000Z'), reinstated());
    expect(catalog.models.size).to.equal(0);
    expect(catalog.version).to.equal(3);
  });

  it('changes nothing for a change that is held back', () => {
    expect(foldModel(registered(), held())).to.deep.equal(foldModel(registered()));
  });

  it('leaves the catalog unchanged that it starts from', () => {
    const before = fold(registered());
    foldCatalog(revised([priced(null), other], 1), before);
    expect(before).to.deep.equal(fold(registered()));
  });
});

describe('ratings', () => {
  it('count only inside the generation that is active', () => {
    expect(foldModel(registered(), rated('g1', 50))?.ratings).to.deep.equal([]);
    expect(foldModel(registered(), generation('g1'), rated('g0', 40))?.ratings).to.deep.equal([]);
    expect(foldModel(registered(), generation('g1'), rated('g1', 50))?.ratings).to.deep.equal([{ intelligence: 50 }]);
  });

  it('leave together when the next generation is published', () => {
    const catalog = fold(
      registered(),
      other,
      generation('g1'),
      rated('g1', 50),
      rated('g1', 30, OTHER),
      generation('g2'),
      rated('g2', 60),
    );
    expect(catalog.generation?.id).to.equal('g2');
    expect(catalog.models.get(MODEL)?.ratings).to.deep.equal([{ intelligence: 60 }]);
    expect(catalog.models.get(OTHER)?.ratings).to.deep.equal([]);
  });

  it('of an old generation that come late do not replace those of the new one', () => {
    const late = foldModel(registered(), generation('g1'), generation('g2'), rated('g2', 60), rated('g1', 50));
    expect(late?.ratings).to.deep.equal([{ intelligence: 60 }]);
  });
});

describe('a deprecation', () => {
  it('says when, why and what instead', () => {
    const gone = foldModel(registered(), deprecated('2026-12-01T00:00:00.000Z', OTHER));
    expect(gone?.deprecation).to.deep.equal({
      at: '2026-12-01T00:00:00.000Z',
      reason: 'gone',
      replacement: OTHER,
      source: 'feed',
    });
  });

  it('has no replacement when the event names none', () => {
    expect(foldModel(registered(), deprecated('2026-12-01T00:00:00.000Z'))?.deprecation?.replacement).to.equal(
      undefined,
    );
  });

  it('ends when the model is reinstated, with all else as it was', () => {
    const back = foldModel(registered(), priced({ input: '9' }), deprecated('2026-12-01T00:00:00.000Z'), reinstated());
    expect(back?.deprecation).to.equal(undefined);
    expect(back?.prices).to.deep.equal({ input: '9' });
    expect(back?.updatedAt).to.equal('2026-11-07T00:00:00.000Z');
  });

  it('can come again after that', () => {
    const again = foldModel(
      registered(),
      deprecated('2026-12-01T00:00:00.000Z'),
      reinstated(),
      deprecated('2027-01-01T00:00:00.000Z'),
    );
    expect(again?.deprecation?.at).to.equal('2027-01-01T00:00:00.000Z');
  });
});

describe('a catalog as of a revision', () => {
  const history = revised([
    registered(),
    other,
    generation('g1'),
    rated('g1', 50),
    priced({ input: '0.000002' }),
    deprecated('2026-12-01T00:00:00.000Z', OTHER),
    described({ contextTokens: 9 }),
    generation('g2'),
    reinstated(),
    priced(null),
  ]);
  const asOf = (revision: number) => foldCatalog(history.slice(0, revision + 1));

  it('knows what was known then, and not what came later', () => {
    expect(asOf(3).models.get(MODEL)?.prices?.input).to.equal('0.000001');
    expect(asOf(4).models.get(MODEL)?.prices?.input).to.equal('0.000002');
    expect(asOf(4).models.get(MODEL)?.deprecation).to.equal(undefined);
    expect(asOf(5).models.get(MODEL)?.deprecation?.replacement).to.equal(OTHER);
    expect(asOf(6).models.get(MODEL)?.ratings).to.deep.equal([{ intelligence: 50 }]);
    expect(asOf(7).models.get(MODEL)?.ratings).to.deep.equal([]);
    expect(asOf(9).models.get(MODEL)?.prices).to.equal(undefined);
  });

  it('carries the revision of its last event as its version', () => {
    expect(history.map(({ revision }) => asOf(revision).version)).to.deep.equal(
      history.map(({ revision }) => revision),
    );
  });

  it('is the same whether it is folded at once or in two parts', () => {
    const events = fc.array(fc.constantFrom(...history), { maxLength: 30 });
    fc.assert(
      fc.property(events, fc.nat(30), (picked, cut) => {
        const numbered = revised(picked);
        const parts = foldCatalog(numbered.slice(cut), foldCatalog(numbered.slice(0, cut)));
        expect(parts).to.deep.equal(foldCatalog(numbered));
      }),
    );
  });
});

describe('finding a model by name', () => {
  const catalog = fold(
    registered({ details: { ...DETAILS, aliases: ['first'] } }),
    registered({ modelId: 'openrouter/two', provider: 'openrouter', modelName: 'two' }),
    other,
  );

  it('takes an id, an alias, or a name that one provider has', () => {
    for (const name of [MODEL, 'first', 'one']) expect(findModel(catalog, name)?.id, name).to.equal(MODEL);
    expect(findModel(catalog, OTHER)?.id).to.equal(OTHER);
  });

  it('finds none for a name that several providers have, or nobody', () => {
    expect(findModel(catalog, 'two')).to.equal(undefined);
    expect(findModel(catalog, 'three')).to.equal(undefined);
  });
});

describe('the policy folded from events', () => {
  const policy = loadPolicyFile('config/routing.yaml');
  const published = (label: string): DomainEvent => ({
    type: 'PolicyPublished',
    data: { policy: { ...policy, label }, at: '2026-11-01T00:00:00.000Z', by: 'test' },
  });

  it('is unknown before the first, then the newest, with its revision as its version', () => {
    expect(foldPolicy([])).to.equal(undefined);
    const first = foldPolicy(revised([published('a'), published('b')]));
    expect([first?.version, first?.policy.label]).to.deep.equal([1, 'b']);
    expect(foldPolicy([], first)).to.equal(first);
  });
});
