// npm run soak -- inputs 20000: generated bad inputs on every route; whole when none made a 5xx, an answer that is no JSON, a hang or a
// crash, and memory stayed flat.
import { sendBadInputs } from '../support/badInputs.ts';
import { openTestRouter } from '../support/router.ts';

/** Heap that may come to it between the first tenth and the end: caches fill, nothing may leak by the request. */
const MOST_GROWTH_MB = 64;

export async function soakInputs(count: number): Promise<{ text: string; whole: boolean }> {
  const router = await openTestRouter();
  try {
    const { key } = await router.createKey(['chat', 'read', 'admin'], 'careless');
    const seed = Date.now() % 2_147_483_647;
    const begun = performance.now();
    const run = await sendBadInputs(router, key, count, seed);
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    const { early, late } = run.memoryMb;
    const flat = late - early <= MOST_GROWTH_MB;
    const whole = run.problems.length === 0 && flat;
    const told = whole
      ? `Whole: no 5xx, no hang, no crash; the heap went from ${early} to ${late} MB.`
      : `NOT whole${flat ? '' : `: the heap grew from ${early} to ${late} MB`}.`;
    return { text: `\`\`\`json\n${JSON.stringify({ seed, seconds, ...run }, null, 2)}\n\`\`\`\n\n${told}`, whole };
  } finally {
    await router.close();
  }
}
