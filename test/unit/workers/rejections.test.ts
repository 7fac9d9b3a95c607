// What a person has refused: the feed may repeat it, but another source that says so too is worth a second look. And plain prices of
// models with windows, which are ignored only while the schedule says it all.
import { expect } from 'chai';
import { planSettling } from '../../../src/domain/holds.ts';
import { foldHistory } from '../../../workers/rules/history.ts';
import { openRouterRow, perToken } from '../../support/feeds.ts';
import { type World, createWorld, opinion, told, typesOf } from './feedWorld.ts';

const ID = 'a/b';
const MODEL = `openrouter/${ID}`;
const row = (pricing: object = {}, rest: object = {}) =>
  openRouterRow({ id: ID, pricing: { ...pricing }, rest: { ...rest } });
const nine = [row({ prompt: perToken(9) })];
const inputOf = (world: World) => world.pricesOf(ID).input;

function settle(world: World, verdict: 'rejected' | 'applied', hours: number): void {
  const [hold] = foldHistory(world.events).holds;
  if (!hold) throw new Error('nothing is held');
  const at = new Date(Date.UTC(2026, 8, 22, hours)).toISOString();
  world.append(planSettling(hold, world.catalog().models.get(MODEL), { verdict, at, by: 'key omr_x', reason: 'why' }));
}

/** Nine dollars, refused by a person. */
function refused(): World {
  const world = createWorld();
  world.read(0, [row()]);
  world.read(2, nine);
  settle(world, 'rejected', 3);
  return world;
}

describe('what a person has rejected', () => {
  it('is never proposed again because the feed repeats it, until the feed says something else', () => {
    const world = refused();
    for (const hours of [4, 30, 60]) expect(world.read(hours, nine).events).to.deep.equal([]);
    expect(inputOf(world)).to.equal(perToken(1));
    expect(typesOf(world.read(62, [row({ prompt: perToken(8) })]).events)).to.deep.equal(['ModelChangeHeld']);
  });

  it('is held anew when another source says the same, for a person alone', () => {
    const world = refused();
    world.opinions.set(MODEL, [opinion('models_dev', 9, 4)]);
    const plan = world.read(4, nine);
    expect(typesOf(plan.events)).to.deep.equal(['ModelChangeHeld']);
    expect(told(plan, ID)).to.deep.equal(['prices: held confirmed_after_rejection']);
    expect(plan.alerts.map(({ kind }) => kind)).to.deep.equal(['changes_held']);
    for (const hours of [30, 60]) expect(world.read(hours, nine).events).to.deep.equal([]);
    settle(world, 'applied', 61);
    expect(inputOf(world)).to.equal(perToken(9));
  });

  it('is rejected for good when a person says no again', () => {
    const world = refused();
    world.opinions.set(MODEL, [opinion('models_dev', 9, 4)]);
    world.read(4, nine);
    settle(world, 'rejected', 5);
    for (const hours of [6, 40]) expect(world.read(hours, nine).events).to.deep.equal([]);
    expect(inputOf(world)).to.equal(perToken(1));
  });

  it('waits no more when the other source takes its word back', () => {
    const world = refused();
    world.opinions.set(MODEL, [opinion('models_dev', 9, 4)]);
    world.read(4, nine);
    world.opinions.clear();
    const [release] = world.read(6, nine).events;
    expect(release?.data).to.include({ verdict: 'rejected', reason: 'no other source says so any more' });
  });

  it('is asked of its author, and so is a limit of other sources', () => {
    expect(refused().read(4, nine).heldModels).to.deep.equal([MODEL]);
    const world = createWorld();
    const short = [row({}, { context_length: 8_000 })];
    world.read(0, [row()]);
    world.read(2, short);
    settle(world, 'rejected', 3);
    expect(world.read(4, short).events).to.deep.equal([]);
    world.opinions.set(MODEL, [{ source: 'models_dev', prices: undefined, contextTokens: 8_000 }]);
    const plan = world.read(6, short);
    expect(plan.events[0]?.data).to.include({ rule: 'confirmed_after_rejection' });
  });
});

const night = { utc_start: 0, utc_end: 800, prompt: perToken(0.5) };
const day = { utc_start: 800, utc_end: 0, prompt: perToken(1) };
const readWindows = (prompt: number, ...windows: object[]): [string[], string | undefined] => {
  const world = createWorld();
  world.read(0, [row({ overrides: windows })]);
  const plan = world.read(2, [row({ prompt: perToken(prompt), overrides: windows })]);
  return [told(plan, ID), inputOf(world)];
};

describe('the plain price of a model with windows', () => {
  it('means nothing while the windows cover the whole day', () => {
    expect(readWindows(0.5, night, day)).to.deep.equal([['pricing.prompt: ignored window_headline'], perToken(1)]);
    expect(readWindows(40, night, day)).to.deep.equal([['pricing.prompt: ignored window_headline'], perToken(1)]);
  });

  it('is that of the other hours where they do not, unless it is a window’s', () => {
    expect(readWindows(0.5, night)).to.deep.equal([['pricing.prompt: ignored window_headline'], perToken(1)]);
    expect(readWindows(1.2, night)).to.deep.equal([['pricing.prompt: accepted small'], perToken(1.2)]);
    expect(readWindows(40, night)).to.deep.equal([['pricing.prompt: held large_unconfirmed'], perToken(1)]);
  });
});
