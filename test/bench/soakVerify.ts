// npm run soak -- verify: so many changes at random places of a log and its read models, one at a time; the audit has to find all.
import { isWhole } from '../../projections/verify.ts';
import { openTestRouter } from '../support/router.ts';
import { fillWorld, mutateWorld, verifyWorld } from '../support/verifyWorld.ts';

export async function soakVerify(count: number): Promise<{ text: string; whole: boolean }> {
  const seed = 1 + (Date.now() % 2_000_000_000);
  let state = seed;
  const unit = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const router = await openTestRouter();
  try {
    await fillWorld(router);
    const mutated = await mutateWorld(router, count, unit, ({ found, kind, what }) => {
      if (!found) process.stdout.write(`MISSED ${kind}: ${what}\n`);
    });
    // Or a leftover of one change would be what was found of the next.
    const restored = isWhole(await verifyWorld(router));
    const kinds = new Map<string, { made: number; found: number }>();
    for (const { kind, found } of mutated) {
      const { made, found: before } = kinds.get(kind) ?? { made: 0, found: 0 };
      kinds.set(kind, { made: made + 1, found: before + Number(found) });
    }
    const rows = [...kinds].map(([kind, { made, found }]) => `| ${kind} | ${made} | ${found} |`);
    const missed = mutated.filter(({ found }) => !found);
    const told = missed.map(({ kind, what }) => `- missed: ${kind}, ${what}`);
    return {
      text: [
        `${mutated.length} changes, ${mutated.length - missed.length} found (seed ${seed}).`,
        '',
        '| change | made | found |',
        '| --- | --- | --- |',
        ...rows,
        ...told,
        '',
        restored ? 'With every change undone, the audit finds nothing.' : 'NOT whole after the last change was undone.',
      ].join('\n'),
      whole: missed.length === 0 && restored,
    };
  } finally {
    await router.close();
  }
}
