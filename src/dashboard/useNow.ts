// The time as views read it: anew every minute where figures go on by themselves, else as it was when the view was opened.
import { useEffect, useState } from 'react';
import { nowMs } from './clock.ts';

const EVERY_MS = 60_000;

export function useNow(): number {
  const [now, setNow] = useState(nowMs);
  useEffect(() => {
    const timer = setInterval(() => setNow(nowMs()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** For what must not begin anew under the reader: a list that is paged, a comparison that takes a while. */
export function useOpenedAt(): number {
  const [openedAt] = useState(nowMs);
  return openedAt;
}
