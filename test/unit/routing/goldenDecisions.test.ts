// Recorded decisions, replayed bit for bit by the decider that made them. When one of these fails, the decider changed:
// give it a new version in deciders.ts, and leave the recording as it is.
import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { type Catalog, type CatalogModel, RatingGeneration } from '../../../src/domain/catalog.ts';
import { DecisionInputs, type Health, Outcome } from '../../../src/domain/decision.ts';
import { Policy } from '../../../src/domain/policy.ts';
import { deciderOf } from '../../../src/routing/deciders.ts';

type World = {
  readonly policy: unknown;
  readonly catalog: {
    readonly version: number;
    readonly generation: unknown;
    readonly models: readonly CatalogModel[];
  };
  readonly health: Health;
};
type Recorded = {
  readonly deciderVersion: number;
  readonly world: string;
  readonly inputs: unknown;
  readonly outcome: unknown;
};

const FOLDER = new URL('../../fixtures/decisions/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as unknown;
}

function readWorld(name: string): { catalog: Catalog; policy: Policy; health: Health } {
  const { policy, catalog, health } = readJson(`worlds/${name}.json`) as World;
  const models = new Map(
    catalog.models.map((one) => [one.id, { ...one, prices: one.prices, deprecation: one.deprecation }]),
  );
  const generation = RatingGeneration.parse(catalog.generation);
  return { catalog: { version: catalog.version, models, generation }, policy: Policy.parse(policy), health };
}

describe('a recorded decision', () => {
  it('is there a dozen times at least', () => {
    expect(FILES.length).to.be.at.least(12);
  });

  for (const file of FILES) {
    it(`is decided again to the last bit: ${file.replace('.json', '')}`, () => {
      const { deciderVersion, world, inputs, outcome } = readJson(file) as Recorded;
      const again = deciderOf(deciderVersion)(DecisionInputs.parse(inputs), readWorld(world)).outcome;
      expect(JSON.stringify(Outcome.parse(again))).to.equal(JSON.stringify(Outcome.parse(outcome)));
    });
  }

  for (const file of readdirSync(new URL('recorded/', FOLDER))) {
    it(`is decided again to the last bit, five hundred times: ${file}`, () => {
      const lines = readFileSync(new URL(`recorded/${file}`, FOLDER), 'utf8')
        .trim()
        .split('\n');
      expect(lines).to.have.length.at.least(500);
      const worlds = new Map<string, ReturnType<typeof readWorld>>();
      const differing = lines.filter((line) => {
        const { deciderVersion, world, inputs, outcome } = JSON.parse(line) as Recorded;
        const context = worlds.get(world) ?? readWorld(world);
        worlds.set(world, context);
        const again = deciderOf(deciderVersion)(DecisionInputs.parse(inputs), context).outcome;
        return JSON.stringify(Outcome.parse(again)) !== JSON.stringify(Outcome.parse(outcome));
      });
      expect(differing).to.deep.equal([]);
    });
  }
});
