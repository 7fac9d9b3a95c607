// A small world whose log and read models are whole, and an audit of it: what the mutation tests change one place of.
import { PROJECTIONS } from '../../projections/registry.ts';
import { runProjection } from '../../projections/runner.ts';
import { formatVerify } from '../../projections/formatVerify.ts';
import { type VerifyReport, isWhole, verifyAll } from '../../projections/verify.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { silentLogger as logger } from './logger.ts';
import { MUTATIONS, type Mutation, createMutations } from './mutations.ts';
import type { TestRouter } from './router.ts';
import { until } from './until.ts';

export function toolsOf({ postgres, store }: Pick<TestRouter, 'postgres' | 'store'>, signal: AbortSignal) {
  return { postgres, store, clock, logger, signal };
}

/** Asks a few questions of every kind, lets the projections see them, and stops those. */
export async function fillWorld(router: TestRouter): Promise<void> {
  const prompts = ['What is the capital of France?', 'Fix this python: def f(x): retrun x', 'Translate: good morning'];
  for (const [index, content] of [...prompts, ...prompts].entries()) {
    const priority = (['cheap', 'balanced', 'best'] as const)[index % 3];
    const reply = await router.send('/v1/chat', { body: { messages: [{ role: 'user', content }], priority } });
    if (reply.status !== 200) throw new Error(`a chat was answered ${reply.status}`);
    const id = String(reply.headers.get('x-request-id'));
    if (index < 2) await router.send(`/v1/requests/${id}/feedback`, { body: { score: 1 } });
  }
  await router.send('/v1/chat', { body: { messages: [{ role: 'user', content: 'x' }], max_cost: 1e-9 } });
  // It would go on measuring, and write events into the places of those that a test takes away.
  await router.gateway.close();
  await catchUp(router);
}

/** Runs every projection to the end of the log, then stops. */
export async function catchUp(router: Pick<TestRouter, 'postgres' | 'store'>): Promise<void> {
  const stop = new AbortController();
  const tools = { ...toolsOf(router, stop.signal), heartbeatMs: 30 };
  const running = PROJECTIONS.map((projection) => runProjection(projection, tools));
  const head = await router.store.head();
  await until(
    async () => {
      const { rows } = await router.postgres.query<{ n: bigint }>(
        'select count(*) as n from projection_checkpoints where position = $1',
        [head],
      );
      return Number(rows[0]?.n) === PROJECTIONS.length;
    },
    { within: 30_000, what: 'the read models at the end of the log' },
  );
  stop.abort();
  await Promise.all(running);
}

export async function verifyWorld(router: Pick<TestRouter, 'postgres' | 'store'>): Promise<VerifyReport> {
  // Nothing runs that could be waited for.
  return await verifyAll(PROJECTIONS, toolsOf(router, new AbortController().signal), { waitMs: 0 });
}

export type Mutated = {
  readonly kind: Mutation;
  readonly what: string;
  readonly found: boolean;
  readonly told: string;
};

/** So many changes, one after the other, each audited and undone. All kinds come up. */
export async function mutateWorld(
  router: Pick<TestRouter, 'postgres' | 'store'>,
  count: number,
  unit: () => number,
  onEach: (mutated: Mutated) => void = () => {},
): Promise<Mutated[]> {
  const mutations = await createMutations(router.postgres, unit);
  const done: Mutated[] = [];
  for (let turn = 0; done.length < count; turn++) {
    const kind = MUTATIONS[turn % MUTATIONS.length] ?? MUTATIONS[0];
    const what = await mutations.make(kind);
    if (what !== undefined) {
      const report = await verifyWorld(router);
      const mutated = { kind, what, found: !isWhole(report), told: formatVerify(report) };
      done.push(mutated);
      onEach(mutated);
    }
    await mutations.undo();
  }
  return done;
}
