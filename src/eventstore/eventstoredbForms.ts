// What EventStoreDB's forms mean in ours, purely: positions, events, errors, the credentials in an address; and the queue in which
// a subscription's events and checkpoints stay in order.
import type { Readable } from 'node:stream';
import type { EventType } from '../domain/events.ts';
import {
  ConflictError,
  EventTooLargeError,
  type EventMetadata,
  type Position,
  type RecordedEvent,
  StoreUnavailableError,
  comparePositions,
} from './eventStore.ts';

export type ServerPosition = { readonly commit: bigint; readonly prepare: bigint };
export type ServerEvent = {
  readonly streamId: string;
  readonly id: string;
  readonly revision: bigint;
  readonly type: string;
  readonly created: Date;
  readonly data: unknown;
  readonly metadata?: unknown;
  readonly position?: ServerPosition;
};
/** An event, or a checkpoint that was put behind the events before it. */
export type SubscriptionItem = { readonly event?: ServerEvent; readonly checkpoint?: ServerPosition };

/** `commit` and `prepare` are the same number on every server of today; both are kept. */
export function toPosition(position: ServerPosition | undefined): Position {
  return position ? `${position.commit}/${position.prepare}` : '';
}

/** Whether this kind of backend made it. */
export function ownsPosition(position: Position): boolean {
  return position === '' || /^\d+\/\d+$/.test(position);
}

/** Others write to a server too, perhaps to streams whose names begin like ours: only ours carry a digest and a chain. */
export function isOurs({ metadata }: Pick<ServerEvent, 'metadata'>): boolean {
  const { digest, chain } = (metadata ?? {}) as { readonly digest?: unknown; readonly chain?: unknown };
  return typeof digest === 'string' && typeof chain === 'string';
}

export function toServerPosition(position: Position): ServerPosition {
  const [commit = '0', prepare = commit] = position.split('/');
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}

export function toRecorded(event: ServerEvent): RecordedEvent {
  const { streamId: stream, id, type, revision, data, metadata, created, position } = event;
  // One that a newer release wrote is given like any other: whoever opens it says which one it cannot read.
  return {
    id,
    type: type as EventType,
    data,
    metadata: metadata as EventMetadata,
    stream,
    revision,
    position: toPosition(position),
    recordedAt: created,
  };
}

/**
 * Those of the address; on a server without TLS any will do, because only that there are some matters.
 * @throws Error when a server with TLS is named without credentials
 */
export function readCredentials(url: string): { username: string; password: string } {
  const named = /^esdb(?:\+discover)?:\/\/([^:@/?]+):([^@/?]*)@/.exec(url);
  if (named) return { username: decodeURIComponent(named[1] ?? ''), password: decodeURIComponent(named[2] ?? '') };
  if (/[?&]tls=false\b/i.test(url)) return { username: 'insecure', password: 'insecure' };
  throw new Error(
    'EVENTSTORE_URL: found an esdb:// address with TLS and without credentials; allowed: esdb://user:password@host:port, or ?tls=false',
  );
}

export function isOfType(error: unknown, type: string): boolean {
  return error instanceof Error && 'type' in error && error.type === type;
}

/** Repeating cannot help: who we are or what the address names has to change. */
const FINAL = ['access-denied', 'stream-deleted', 'invalid-argument', 'unsupported'];

export function isFinal(error: unknown): boolean {
  return FINAL.some((type) => isOfType(error, type));
}

/** Everything that says neither no nor yes (deadline, lost connection, no leader, failed discovery) is "unavailable". */
export function toKnown(error: unknown): unknown {
  const ours = [StoreUnavailableError, ConflictError, EventTooLargeError].some((family) => error instanceof family);
  if (ours || isFinal(error) || error instanceof TypeError) return error;
  const why = error instanceof Error ? `: ${error.message}` : '';
  return new StoreUnavailableError(`the event log in EventStoreDB did not answer${why}`, { cause: error });
}

/** The server's own checkpoints may fall behind an event that it has given already: a position never goes back. */
export function furthest(position: Position, items: readonly SubscriptionItem[]): Position {
  return items
    .map((item) => toPosition(item.event?.position ?? item.checkpoint))
    .reduce((most, next) => (comparePositions(next, most) > 0 ? next : most), position);
}

/** Or undefined, at once, when aborted: whoever stops does not wait for a server that is silent. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Takes what a subscription has, all at once, or waits. Empty when it has ended or is aborted. @throws its error */
export function listenTo(
  subscription: Readable,
  signal: AbortSignal,
): { take(most: number): Promise<SubscriptionItem[]>; close(): void } {
  let failure: Error | undefined;
  let ended = false;
  let wake: (() => void) | undefined;
  const stir = () => wake?.();
  const onEnd = () => {
    ended = true;
    wake?.();
  };
  // Stays after `close`: an error that comes late must not end the process.
  subscription.on('error', (error: Error) => {
    failure ??= error;
    wake?.();
  });
  subscription.on('readable', stir).on('end', onEnd).on('close', onEnd);
  signal.addEventListener('abort', stir);
  return {
    async take(most) {
      for (;;) {
        const items: SubscriptionItem[] = [];
        while (items.length < most && !signal.aborted) {
          const item = subscription.read() as SubscriptionItem | null;
          if (item === null) break;
          items.push(item);
        }
        if (items.length > 0) return items;
        if (signal.aborted) return [];
        if (failure !== undefined) throw failure;
        if (ended) return [];
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close() {
      signal.removeEventListener('abort', stir);
      subscription.off('readable', stir);
    },
  };
}
