// What the log says the router knew at a time.
import { expect } from 'chai';
import { sealEvents, type Draft } from '../../../src/eventstore/codec.ts';
import { createMemoryEventStore } from '../../../src/eventstore/memory.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { createHistory } from '../../../src/replay/history.ts';

const random = createRandom(systemClock);
const details = { enabled: true, tags: [], qualityWeight: 1, abilities: {} };
const registered = (modelName: string, at: string): Draft => ({
  type: 'ModelRegistered',
  data: {
    modelId: `openai/${modelName}`,
    provider: 'openai',
    modelName,
    source: 'seed',
    at,
    by: 'setup',
    details,
    prices: null,
  },
});

describe('the catalog as it was believed at a time', () => {
  it('goes by what the hashes cover, not by the time that stands beside an event', async () => {
    const store = createMemoryEventStore(() => 0);
    const drafts = [registered('a', '2026-11-01T00:00:00.000Z'), registered('b', '2026-11-03T00:00:00.000Z')];
    const sealed = sealEvents(drafts, null, { id: () => random.uuidv7(), madeAt: '2019-01-01T00:00:00.000Z' });
    await store.append('catalog-main', sealed, 'none');
    const history = createHistory(store);
    const modelsAt = async (at: string) => [...(await history.catalogAsOf(Date.parse(at))).models.keys()];
    expect(await modelsAt('2026-10-31T00:00:00Z')).to.deep.equal([]);
    expect(await modelsAt('2026-11-02T00:00:00Z')).to.deep.equal(['openai/a']);
    expect(await modelsAt('2026-11-03T00:00:00Z')).to.deep.equal(['openai/a', 'openai/b']);
  });
});
