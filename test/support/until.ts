// Waiting on a condition with a deadline: the only way that tests wait.
import { setTimeout as delay } from 'node:timers/promises';

/** Resolves with the first result that is neither false nor undefined. @throws Error naming `what` after the deadline */
export async function until<T>(
  condition: () => T | Promise<T>,
  { within = 5_000, what = 'the condition' }: { within?: number; what?: string } = {},
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = performance.now() + within;
  for (;;) {
    const result = await condition();
    if (result !== false && result !== undefined && result !== null)
      return result as Exclude<T, false | undefined | null>;
    if (performance.now() > deadline) throw new Error(`${what} did not come true within ${within} ms`);
    await delay(15);
  }
}
