// Changes that a feed proposed and that wait for a second opinion, folded from `catalog-main`, and what settles one. Pure.
import type { CatalogModel, ModelDetails } from './catalog.ts';
import { perMillion } from './comparePrices.ts';
import { changedLines } from './priceChanges.ts';
import type { Prices } from './prices.ts';
import type { DomainEvent, EventData } from './events.ts';
import type { Revised } from './foldCatalog.ts';

export type Hold = Omit<EventData<'ModelChangeHeld'>, 'holdId'> & { readonly id: string };
export type Settled = Hold & {
  readonly verdict: 'applied' | 'rejected';
  readonly settledAt: string;
  readonly settledBy: string;
  readonly settledReason: string;
};

/** What jobs are called in `by`; everybody else is a person. */
const JOB = /^job:/;

export function foldHolds(events: Iterable<Revised>): {
  readonly open: readonly Hold[];
  readonly settled: readonly Settled[];
  /** The last thing that a person refused, by what it is about. */
  readonly rejected: ReadonlyMap<string, Hold>;
} {
  const open = new Map<string, Hold>();
  const settled: Settled[] = [];
  const rejected = new Map<string, Hold>();
  for (const event of events) {
    if (event.type === 'ModelChangeHeld') {
      const { holdId, ...data } = event.data;
      open.set(holdId, { ...data, id: holdId });
    } else if (event.type === 'ModelChangeReleased') {
      const { holdId, verdict, at, by, reason } = event.data;
      const hold = open.get(holdId);
      if (!hold) continue;
      open.delete(holdId);
      settled.push({ ...hold, verdict, settledAt: at, settledBy: by, settledReason: reason });
      if (verdict === 'rejected' && !JOB.test(by)) rejected.set(subjectOf(hold), hold);
      if (verdict === 'applied') rejected.delete(subjectOf(hold));
    }
  }
  return { open: [...open.values()], settled, rejected };
}

/** One thing is held at a time: the prices of a model, or one of its limits. */
export function subjectOf({ modelId, proposed }: Pick<Hold, 'modelId' | 'proposed'>): string {
  return `${modelId}.${proposed.prices ? 'prices' : (Object.keys(proposed.details ?? {})[0] ?? 'details')}`;
}

export type Settling = {
  readonly verdict: 'applied' | 'rejected';
  readonly at: string;
  readonly by: string;
  readonly reason: string;
};

/** The events that settle a hold: the release, and before it the change itself when it is applied. */
export function planSettling(hold: Hold, model: CatalogModel | undefined, settling: Settling): DomainEvent[] {
  const { at, by, verdict, reason } = settling;
  const common = { modelId: hold.modelId, source: hold.source, at, by };
  const events: DomainEvent[] = [];
  if (verdict === 'applied' && model) {
    const { prices, details } = hold.proposed;
    if (prices) events.push({ type: 'ModelPriceChanged', data: { ...common, prices } });
    if (details) {
      // What JSON brought has no undefined in it, so nothing is taken away here.
      const changed = { ...model.details, ...details } as ModelDetails;
      events.push({ type: 'ModelDetailsChanged', data: { ...common, details: changed } });
    }
  }
  return [...events, { type: 'ModelChangeReleased', data: { ...common, holdId: hold.id, verdict, reason } }];
}

export type Proposal = { readonly field: string; readonly old: string; readonly new: string };

/** What a hold would change, for people: prices in USD per million tokens. */
export function describeProposal({ proposed }: Pick<Hold, 'proposed'>, model: CatalogModel | undefined): Proposal {
  if (proposed.prices) {
    const known = model?.prices ?? {};
    const lines = changedLines(known, proposed.prices);
    // A line that is named now and costs what stood in for it changes no bill.
    if (lines.length === 0) return { field: 'prices', old: sayPlain(known), new: sayPlain(proposed.prices) };
    const say = (side: 'old' | 'new') => lines.map((one) => `${one.name} ${perMillion(one[side])}`).join(', ');
    return { field: 'prices', old: say('old'), new: say('new') };
  }
  const [[field, value] = ['details', undefined]] = Object.entries(proposed.details ?? {});
  const old: unknown = model?.details[field as keyof ModelDetails];
  return { field, old: textOf(old), new: textOf(value) };
}

function sayPlain({ input, output }: Prices): string {
  return `input ${perMillion(input)}, output ${perMillion(output)}`;
}

function textOf(value: unknown): string {
  return value === undefined ? 'unknown' : typeof value === 'string' ? value : JSON.stringify(value);
}
