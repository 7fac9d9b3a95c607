// Server-sent events to one caller: the status is fixed by the first byte, so it waits for something to say, or for a while. A reader
// that is slow holds its sender back, one that has stopped reading is cut off.
import type { Response } from 'express';

export type EventStream = {
  /** The status is out: an error can be told in the stream only. */
  readonly opened: boolean;
  /** What the answer's head says; before it, a comment may already have gone out without it. */
  open(headers: Readonly<Record<string, string>>): void;
  /** Resolves when more may be written; false = nobody reads any more. */
  write(frame: string): Promise<boolean>;
  end(): void;
  /** Nothing was or will be streamed: the answer is somebody else's. */
  cancel(): void;
};

export type EventStreamTimes = {
  /** Silence after which a comment keeps the connection alive, and commits to a 200. */
  readonly quietMs: number;
  /** How long a full buffer may stay full. */
  readonly stallMs: number;
};

const TIMES: EventStreamTimes = { quietMs: 10_000, stallMs: 60_000 };
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Proxies such as nginx would collect the events.
  'x-accel-buffering': 'no',
};

/** `early` gives what is known of the answer's head when silence opens the stream before its first token. */
export function createEventStream(
  response: Response,
  times: EventStreamTimes = TIMES,
  early: () => Readonly<Record<string, string>> = () => ({}),
): EventStream {
  let opened = false;
  const open = (headers: Readonly<Record<string, string>>): void => {
    if (opened) return;
    opened = true;
    response.status(200).set({ ...HEADERS, ...headers });
    response.flushHeaders();
  };
  const quiet = setInterval(() => {
    open(early());
    // A reader that is behind needs nothing to stay awake.
    if (!response.writableNeedDrain) response.write(': OMNI PROCESSING\n\n');
  }, times.quietMs);
  response.once('close', () => clearInterval(quiet));
  return {
    get opened() {
      return opened;
    },
    open,
    async write(frame) {
      open({});
      quiet.refresh();
      if (response.destroyed) return false;
      if (response.write(frame)) return true;
      await drained(response, times.stallMs);
      return !response.destroyed;
    },
    end() {
      clearInterval(quiet);
      response.end();
    },
    cancel: () => clearInterval(quiet),
  };
}

function drained(response: Response, stallMs: number): Promise<void> {
  return new Promise((resolve) => {
    const stalled = setTimeout(() => response.destroy(), stallMs);
    const done = (): void => {
      clearTimeout(stalled);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

/** One event without a name: chat clients take a named one for something else. */
export function dataFrame(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

export const DONE_FRAME = 'data: [DONE]\n\n';
