// What the router knew at any time, read back from the log: catalog, policy and health by version, and the events of a request.
// Reads only.
import { type Catalog, EMPTY_CATALOG } from '../domain/catalog.ts';
import type { Health } from '../domain/decision.ts';
import {
  CATALOG_STREAM,
  type DomainEvent,
  type EventData,
  POLICY_STREAM,
  feedbackStream,
  requestStream,
} from '../domain/events.ts';
import { foldCatalog } from '../domain/foldCatalog.ts';
import type { PublishedPolicy } from '../domain/policy.ts';
import { toRevised } from '../eventstore/appendChanges.ts';
import { openEvent } from '../eventstore/codec.ts';
import type { EventStore, RecordedEvent } from '../eventstore/eventStore.ts';
import type { DecisionContext } from '../routing/decide.ts';

/** An event of a request with its place in the stream. `at` is when it was made, ISO. */
export type StoryEvent = DomainEvent & { readonly id: string; readonly revision: number; readonly at: string };

export type RequestEvents = {
  readonly routed: EventData<'RequestRouted'>;
  readonly attempts: readonly EventData<'ProviderAttempted'>[];
  readonly completed: EventData<'RequestCompleted'> | undefined;
};

export type History = {
  /** @throws HistoryError when the log has no such revision */
  catalogAt(version: number): Promise<Catalog>;
  /** The catalog as it was believed at that time (ms epoch). */
  catalogAsOf(at: number): Promise<Catalog>;
  /** @throws HistoryError when there is no policy at that revision */
  policyAt(version: number): Promise<PublishedPolicy>;
  /** The newest policy; undefined before the first. */
  currentPolicy(): Promise<PublishedPolicy | undefined>;
  /** All that `decide` read besides its inputs, as that decision names it. @throws HistoryError */
  contextOf(routed: EventData<'RequestRouted'>): Promise<DecisionContext>;
  /** The events of a request in order; empty when there are none. */
  readRequest(requestId: string): Promise<readonly StoryEvent[]>;
  readFeedback(requestId: string): Promise<readonly StoryEvent[]>;
};

/** The log lacks what a decision names: it was cut, or copied in part. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

// A catalog of 400 models is about 1 MB; consecutive requests name the same few versions.
const MOST_CATALOGS = 24;
const MOST_OTHERS = 500;

export function createHistory(store: EventStore): History {
  const catalogs = new Map<number, Catalog>();
  const readCatalog = async (version: number): Promise<Catalog> => {
    const below = [...catalogs.keys()].filter((known) => known < version);
    const base = catalogs.get(Math.max(...below)) ?? EMPTY_CATALOG;
    const events = [];
    const range = { from: BigInt(base.version + 1), to: BigInt(version) };
    if (version >= 0) for await (const event of store.readStream(CATALOG_STREAM, range)) events.push(toRevised(event));
    const catalog = foldCatalog(events, base);
    if (catalog.version !== version) throw new HistoryError(`${CATALOG_STREAM} has no revision ${version}`);
    return catalog;
  };
  const catalogAt = remember(MOST_CATALOGS, async (version: number) => {
    const catalog = catalogs.get(version) ?? (await readCatalog(version));
    keepNewest(catalogs, version, catalog, MOST_CATALOGS);
    return catalog;
  });
  const policyAt = remember(MOST_OTHERS, async (version: number) => await readPolicyAt(store, version));
  const healthAt = remember(MOST_OTHERS, async (place: string) => await readHealth(store, place));

  return {
    catalogAt,
    catalogAsOf: async (at) => await catalogAt(await revisionAsOf(store, at)),
    policyAt,
    async currentPolicy() {
      for await (const event of store.readStream(POLICY_STREAM, { backwards: true })) {
        if (event.type === 'PolicyPublished') return await policyAt(Number(event.revision));
      }
      return undefined;
    },
    async contextOf({ catalogVersion, policyVersion, health }) {
      const [catalog, { policy }, figures] = await Promise.all([
        catalogAt(catalogVersion),
        policyAt(policyVersion),
        health ? healthAt(`${health.stream}@${health.revision}`) : {},
      ]);
      return { catalog, policy, health: figures };
    },
    readRequest: (requestId) => readStory(store, requestStream(requestId)),
    readFeedback: (requestId) => readStory(store, feedbackStream(requestId)),
  };
}

/** The parts of a request by name; undefined without the decision that begins it. */
export function toRequestEvents(events: readonly DomainEvent[]): RequestEvents | undefined {
  let routed: RequestEvents['routed'] | undefined;
  let completed: RequestEvents['completed'];
  const attempts: EventData<'ProviderAttempted'>[] = [];
  for (const { type, data } of events) {
    if (type === 'RequestRouted') routed ??= data;
    if (type === 'ProviderAttempted') attempts.push(data);
    if (type === 'RequestCompleted') completed ??= data;
  }
  return routed && { routed, attempts, completed };
}

async function readStory(store: EventStore, stream: string): Promise<StoryEvent[]> {
  const events: StoryEvent[] = [];
  for await (const event of store.readStream(stream)) events.push(toStoryEvent(event));
  return events;
}

export function toStoryEvent(event: RecordedEvent): StoryEvent {
  return { ...openEvent(event), id: event.id, revision: Number(event.revision), at: event.metadata.madeAt };
}

/** The last revision that was made by then, as the events themselves say under their hashes; -1 when nothing was known yet. */
async function revisionAsOf(store: EventStore, at: number): Promise<number> {
  for await (const event of store.readStream(CATALOG_STREAM, { backwards: true })) {
    const { data } = openEvent(event);
    if ('at' in data && Date.parse(data.at) <= at) return Number(event.revision);
  }
  return EMPTY_CATALOG.version;
}

async function readPolicyAt(store: EventStore, version: number): Promise<PublishedPolicy> {
  const event = await readOne(store, POLICY_STREAM, version);
  if (event?.type !== 'PolicyPublished')
    throw new HistoryError(`${POLICY_STREAM} has no policy at revision ${version}`);
  return { version, policy: event.data.policy };
}

async function readHealth(store: EventStore, place: string): Promise<Health> {
  const [stream = '', revision = ''] = place.split('@');
  const event = await readOne(store, stream, Number(revision));
  if (event?.type !== 'HealthObserved') throw new HistoryError(`${stream} has no figures at revision ${revision}`);
  return event.data.figures;
}

async function readOne(store: EventStore, stream: string, revision: number): Promise<DomainEvent | undefined> {
  if (revision < 0) return undefined;
  const at = BigInt(revision);
  for await (const event of store.readStream(stream, { from: at, to: at })) return openEvent(event);
  return undefined;
}

/** Past facts do not change: what was read once is kept, the least recently used leaves; a failure is not kept. */
function remember<K, V>(most: number, read: (key: K) => Promise<V>): (key: K) => Promise<V> {
  const known = new Map<K, Promise<V>>();
  return async (key) => {
    const reading = known.get(key) ?? read(key);
    known.delete(key);
    keepNewest(known, key, reading, most);
    try {
      return await reading;
    } catch (error) {
      known.delete(key);
      throw error;
    }
  };
}

function keepNewest<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
