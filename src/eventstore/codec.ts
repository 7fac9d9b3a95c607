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
  make: { readonly id: () => string; readonly madeAt: string },
): NewEvent[] {
  let previous = tail?.chain ?? '';
  return drafts.map(({ type, data }) => {
    const id = make.id();
    const version = EVENT_VERSIONS[type];
    const checked: unknown = schemaOf(type).parse(data);
    const digest = digestOf({ id, type, data: checked, version });
    const chain = chainOf(previous, digest);
    previous = chain;
    return { id, type, data: checked, metadata: { version, madeAt: make.madeAt, digest, chain } };
  });
}

export function digestOf(event: { id: string; type: string; data: unknown; version: number }): string {
  const { id, type, data, version } = event;
  return createHash('sha256')
    .update(`${id}\n${type}\n${version}\n${canonicalJson(data)}`)
    .digest('hex');
}

export function chainOf(previous: string, digest: string): string {
  return createHash('sha256').update(`${previous}\n${digest}`).digest('hex');
}

/** The event as today's code understands it, older versions upcast. @throws ZodError when the log holds something else */
export function openEvent(event: Pick<NewEvent, 'type' | 'data'>): DomainEvent {
  // Every type is at version 1: a second version adds its upcast here, before the parse.
  return { type: event.type, data: schemaOf(event.type).parse(event.data) } as DomainEvent;
}

export type ChainProblem = {
  readonly stream: string;
  readonly revision: bigint;
  readonly problem: 'digest' | 'chain' | 'gap';
};

/** What is wrong with one stream's hash chain, read from its first event on; empty when it is whole. */
export function checkChain(events: Iterable<RecordedEvent>): ChainProblem[] {
  const problems: ChainProblem[] = [];
  let previous = '';
  let expected = 0n;
  for (const { id, type, data, metadata, stream, revision } of events) {
    const digest = digestOf({ id, type, data, version: metadata.version });
    if (revision !== expected) problems.push({ stream, revision, problem: 'gap' });
    if (digest !== metadata.digest) problems.push({ stream, revision, problem: 'digest' });
    else if (chainOf(previous, digest) !== metadata.chain) problems.push({ stream, revision, problem: 'chain' });
    previous = metadata.chain;
    expected = revision + 1n;
  }
  return problems;
}

export function isEventType(type: string): type is EventType {
  return type in EVENT_VERSIONS;
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
