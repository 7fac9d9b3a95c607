// The audit of everything: hash chains, decisions, amounts, read models. Reads the log once for the first three, and once for each
// read model; finds every problem before it ends.
import { EVENT_CATEGORIES } from '../src/domain/events.ts';
import { type ChainProblem, checkTime, createChainChecker } from '../src/eventstore/codec.ts';
import { START, categoryOf } from '../src/eventstore/eventStore.ts';
import { scanLog } from '../src/eventstore/scanLog.ts';
import { createHistory } from '../src/replay/history.ts';
import {
  type DecisionCount,
  type DecisionProblem,
  type VerifyRange,
  createDecisionAudit,
} from '../src/replay/verifyDecisions.ts';
import { PoisonError } from './applyBatch.ts';
import type { Projection } from './projection.ts';
import type { RebuildTools } from './rebuildProjection.ts';
import { OtherLogError, type Recount, recountProjection, waitForReadModels } from './recount.ts';

export type LogAudit = {
  readonly events: number;
  readonly streams: number;
  readonly chains: readonly ChainProblem[];
  readonly decisions: readonly DecisionProblem[];
  readonly deciders: ReadonlyMap<number, DecisionCount>;
  readonly costs: DecisionCount;
  /** Why the log could not be read to its end. */
  readonly unreadable?: string;
};
export type VerifyReport = {
  readonly log: LogAudit;
  readonly readModels: readonly Recount[];
  /** Read models that could not be counted again, and why. */
  readonly uncounted: readonly { readonly projection: string; readonly message: string }[];
};

const WAIT_MS = 10_000;

export async function verifyAll(
  projections: readonly Projection[],
  tools: RebuildTools,
  options: {
    readonly range?: VerifyRange;
    readonly onProgress?: (events: number) => void;
    /** So long at most read models are waited for that are behind where the log ended at the start. */
    readonly waitMs?: number;
  } = {},
): Promise<VerifyReport> {
  const upTo = (await tools.store.head()) ?? START;
  const log = await auditLog(tools, options);
  if (log.unreadable === undefined)
    await waitForReadModels(projections, tools, { upTo, waitMs: options.waitMs ?? WAIT_MS });
  const readModels: Recount[] = [];
  const uncounted: { projection: string; message: string }[] = [];
  for (const projection of projections) {
    try {
      readModels.push(await recountProjection(projection, tools, upTo));
    } catch (error) {
      tools.signal.throwIfAborted();
      // A log that cannot be read has been told above; anything else is a fault of the machine, not of the data.
      const told = error instanceof PoisonError || error instanceof OtherLogError;
      if (!told && log.unreadable === undefined) throw error;
      const message = error instanceof OtherLogError ? error.message : String(error);
      uncounted.push({ projection: projection.name, message });
    }
  }
  return { log, readModels, uncounted };
}

export function isWhole({ log, readModels, uncounted }: VerifyReport): boolean {
  return (
    log.unreadable === undefined &&
    log.chains.length === 0 &&
    log.decisions.length === 0 &&
    uncounted.length === 0 &&
    readModels.every(({ problems, behind, stopped }) => problems.length === 0 && !behind && stopped === null)
  );
}

async function auditLog(
  { store, clock, signal }: RebuildTools,
  { range, onProgress }: { readonly range?: VerifyRange; readonly onProgress?: (events: number) => void },
): Promise<LogAudit> {
  const checker = createChainChecker();
  const audit = createDecisionAudit(createHistory(store), range);
  const chains: ChainProblem[] = [];
  const decisions: DecisionProblem[] = [];
  const state: { events: number; unreadable?: string } = { events: 0 };
  try {
    for await (const batch of scanLog({ store, clock, signal, categories: EVENT_CATEGORIES, after: START })) {
      for (const event of batch.events) {
        chains.push(...checker.add(event), ...checkTime(event));
        if (categoryOf(event.stream) === 'request') decisions.push(...(await audit.add(event)));
      }
      state.events += batch.events.length;
      onProgress?.(state.events);
    }
    decisions.push(...(await audit.finish()));
  } catch (error) {
    signal.throwIfAborted();
    state.unreadable = error instanceof Error ? error.message : String(error);
  }
  signal.throwIfAborted();
  return { ...state, streams: checker.streams, chains, decisions, deciders: audit.deciders, costs: audit.costs };
}
