// A signal of one piece of work: it fires when its owner's does, or when a time is over that may be set anew while the work goes on.
// Not AbortSignal.any: an owner that lives as long as the process would gather one dependent a request.

export type Deadline = {
  readonly signal: AbortSignal;
  /** From now on that long; the message is what the signal's reason says when it is over. */
  arm(ms: number, message: string): void;
  /** No time runs, only the owner's signal and the last limit count. */
  pause(): void;
  /** The work has ended: nothing fires any more. */
  stop(): void;
};

/** `mostMs` is the limit of all, whatever is armed besides. The reason of an abort by time has the name `TimeoutError`. */
export function openDeadline(owners: readonly AbortSignal[], mostMs: number, message: string): Deadline {
  const own = new AbortController();
  const expire = (words: string) => own.abort(new DOMException(words, 'TimeoutError'));
  const last = setTimeout(expire, mostMs, message);
  let armed: NodeJS.Timeout | undefined;
  let reason = message;
  const follow = (event: Event): void => own.abort((event.target as AbortSignal).reason);
  for (const owner of owners) {
    if (owner.aborted) own.abort(owner.reason);
    else owner.addEventListener('abort', follow, { once: true });
  }
  const pause = (): void => {
    clearTimeout(armed);
    armed = undefined;
  };
  return {
    signal: own.signal,
    arm(ms, words) {
      pause();
      reason = words;
      armed = setTimeout(() => expire(reason), ms);
    },
    pause,
    stop() {
      pause();
      clearTimeout(last);
      for (const owner of owners) owner.removeEventListener('abort', follow);
    },
  };
}
