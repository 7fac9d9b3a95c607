// Sealing and opening events, purely: canonical JSON, the digest of an event, and the hash chain of its stream.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonicalJson.ts';
import { type DomainEvent, EVENT_VERSIONS, type EventType, schemaOf } from '../domain/events.ts';
import type { NewEvent, RecordedEvent } from './eventStore.ts';

export type Draft = DomainEvent;
/** Where a stream stands: the revision of its last event and that event's chain hash; null for an empty stream. */
export type StreamTail = { readonly revision: bigint; readonly chain: string } | null;

/**
 * Makes drafts into events that can be appended after `tail`. Their ids and hashes are made here once and travel with them.
 * @throws ZodError when the data is not what its type says
 */
export function sealEvents(
  drafts: readonly Draft[],
  tail: StreamTail,
  make: {
    readonly id: () => string;
    readonly madeAt: string;
    /** False where the data is our own, typed and made of values that were checked when they came in: a third of the work. */
    readonly check?: boolean;
  },
): NewEvent[] {
  let previous = tail?.chain ?? '';
  return drafts.map(({ type, data }) => {
    const id = make.id();
    const version = EVENT_VERSIONS[type];
    const checked: unknown = make.check === false ? data : schemaOf(type).parse(data);
    const text = canonicalJson(checked);
    const digest = digestOfText({ id, type, version }, text);
    const chain = chainOf(previous, digest);
    previous = chain;
    const event = { id, type, data: checked, metadata: { version, madeAt: make.madeAt, digest, chain } };
    texts.set(event, text);
    return event;
  });
}

export function digestOf(event: { id: string; type: string; data: unknown; version: number }): string {
  return digestOfText(event, canonicalJson(event.data));
}

function digestOfText({ id, type, version }: { id: string; type: string; version: number }, text: string): string {
  return createHash('sha256').update(`${id}\n${type}\n${version}\n${text}`).digest('hex');
}

const texts = new WeakMap<NewEvent, string>();

/** The JSON of an event's data: the very text that was hashed, where this process has sealed it. */
export function dataText(event: NewEvent): string {
  return texts.get(event) ?? JSON.stringify(event.data);
}

export function chainOf(previous: string, digest: string): string {
  return createHash('sha256').update(`${previous}\n${digest}`).digest('hex');
}

/** Makes data of one version into data of the next. */
type Upcast = (data: unknown) => unknown;
export type Upcasts = { readonly [T in EventType]?: { readonly [fromVersion: number]: Upcast } };

const UPCASTS: Upcasts = {
  // Version 1 did not say whose attempt it was.
  ProviderAttempted: { 1: (data) => ({ orgId: null, ...(data as object) }) },
  // Version 1 named no rule, and proposed abilities apart from the other details.
  ModelChangeHeld: {
    1: (data) => {
      const { proposed, ...rest } = data as { proposed: { prices?: unknown; details?: object; abilities?: unknown } };
      const { prices, details, abilities } = proposed;
      const changed = abilities ? { ...details, abilities } : details;
      return {
        rule: 'unknown',
        ...rest,
        proposed: { ...(prices === undefined ? {} : { prices }), details: changed },
      };
    },
  },
};

/**
 * The event as today's code understands it, older versions upcast step by step.
 * @throws ZodError when the log holds something else, Error when a newer router wrote it
 */
export function openEvent(
  event: Pick<NewEvent, 'type' | 'data'> & { readonly metadata: { readonly version: number } },
  upcasts: Upcasts = UPCASTS,
  versions: { readonly [T in EventType]: number } = EVENT_VERSIONS,
): DomainEvent {
  const { type, metadata } = event;
  if (!isEventType(type)) throw new Error(`an event of the unknown type ${String(type)}: a newer router wrote it`);
  const current = versions[type];
  if (metadata.version > current)
    throw new Error(`${type} has version ${metadata.version}, this router knows ${current}: a newer one wrote it`);
  let { data } = event;
  for (let version = metadata.version; version < current; version++) {
    const upcast = upcasts[type]?.[version];
    if (!upcast) throw new Error(`${type} has no upcast from version ${version}`);
    data = upcast(data);
  }
  return { type, data: schemaOf(type).parse(data) } as DomainEvent;
}

export type ChainProblem = {
  readonly stream: string;
  readonly revision: bigint;
  readonly problem: 'digest' | 'chain' | 'gap' | 'time';
};

/** Both are taken from one clock, one after the other; but ids never go back, as a clock that is set right may. */
const MADE_WITHIN_MS = 3_600_000;
const UUIDV7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7/i;

/** No hash covers `madeAt`, but one covers the id, whose first 48 bits say when it was made (UUIDv7). Other ids say nothing. */
export function checkTime({ id, stream, revision, metadata }: RecordedEvent): ChainProblem[] {
  const [, high, low] = UUIDV7.exec(id) ?? [];
  if (high === undefined || low === undefined) return [];
  const apart = Math.abs(Number.parseInt(high + low, 16) - Date.parse(metadata.madeAt));
  return apart <= MADE_WITHIN_MS ? [] : [{ stream, revision, problem: 'time' }];
}

/** What is wrong with one stream's hash chain, read from its first event on; empty when it is whole. */
export function checkChain(events: Iterable<RecordedEvent>): ChainProblem[] {
  const checker = createChainChecker();
  return [...events].flatMap((event) => checker.add(event));
}

export type ChainChecker = {
  /** Events of any streams, each stream in order from its first on. */
  add(event: RecordedEvent): ChainProblem[];
  readonly streams: number;
};

/** Follows the chains of all streams of a log at once. */
export function createChainChecker(): ChainChecker {
  const tails = new Map<string, { readonly revision: bigint; readonly chain: string }>();
  return {
    add({ id, type, data, metadata, stream, revision }) {
      const tail = tails.get(stream) ?? { revision: -1n, chain: '' };
      const digest = digestOf({ id, type, data, version: metadata.version });
      tails.set(stream, { revision, chain: metadata.chain });
      const found = (problem: ChainProblem['problem']): ChainProblem[] => [{ stream, revision, problem }];
      const gap = revision === tail.revision + 1n ? [] : found('gap');
      if (digest !== metadata.digest) return [...gap, ...found('digest')];
      return chainOf(tail.chain, digest) === metadata.chain ? gap : [...gap, ...found('chain')];
    },
    get streams() {
      return tails.size;
    },
  };
}

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_VERSIONS, type);
}

/** True when the stored events are the very same that an append brings: ids and digests in order. */
export function sameEvents(
  stored: readonly Pick<NewEvent, 'id' | 'metadata'>[],
  brought: readonly NewEvent[],
): boolean {
  return (
    stored.length === brought.length &&
    stored.every(
      ({ id, metadata }, index) => id === brought[index]?.id && metadata.digest === brought[index]?.metadata.digest,
    )
  );
}
