import { expect } from 'chai';
import type { HealthFigure } from '../../../src/domain/decision.ts';
import type { EventData } from '../../../src/domain/events.ts';
import { openHealthWatch } from '../../../src/gateway/health.ts';
import { NO_USAGE } from '../../../src/domain/usage.ts';
import { createRecordingLogger } from '../../support/logger.ts';
import { attempted } from '../../support/requestEvents.ts';
import { until } from '../../support/until.ts';
import { POLICY } from '../routing/routingWorld.ts';

const ENOUGH = POLICY.health.minSamples;

/** A watch whose five seconds pass at once, a score of times. */
async function watch(
  own: number,
  sharedFigures: () => Promise<Record<string, HealthFigure>>,
  streams: readonly number[] = [],
) {
  const recorded: EventData<'HealthObserved'>[] = [];
  const logger = createRecordingLogger();
  let rounds = 0;
  const time = { ms: 0 };
  const clock = {
    now: () => 1_795_000_000_000 + time.ms,
    monotonicMs: () => time.ms,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        time.ms += ms;
        const stop = () => reject(new Error('stopped'));
        signal?.addEventListener('abort', stop, { once: true });
        setImmediate(() => {
          if (rounds++ >= 20) return;
          signal?.removeEventListener('abort', stop);
          resolve();
        });
      }),
  };
  const recorder = {
    record: async (_stream: string, drafts: readonly { readonly data: unknown }[]) => {
      recorded.push(...drafts.map(({ data }) => data as EventData<'HealthObserved'>));
    },
    forget: () => {},
    status: () => ({
      spoolDepth: 0,
      spoolBytes: 0,
      oldestAt: undefined,
      state: 'direct' as const,
      conflicts: 0,
      damaged: 0,
    }),
    close: async () => {},
  };
  const health = openHealthWatch({ recorder, clock, logger, process: 'p', policy: () => POLICY, sharedFigures });
  const usage = { ...NO_USAGE, output: 100 };
  for (let n = 0; n < own; n++)
    health.add(attempted({ modelId: 'openai/a', durationMs: 1_000, firstTokenMs: null, usage }).data);
  for (const firstTokenMs of streams)
    health.add(attempted({ modelId: 'openai/a', durationMs: firstTokenMs + 2_000, firstTokenMs, usage }).data);
  await until(() => rounds > 15);
  await health.close();
  return { recorded, current: health.current(), logger };
}

const shared = { samples: 500, firstTokenMs: 250, tokensPerSecond: 40, errorRate: 0.02 };

describe('the health figures of a web process', () => {
  it('take what all processes measured, by an event of its own, where it knows too little itself', async () => {
    const { recorded, current } = await watch(ENOUGH - 1, async () => ({ 'openai/a': shared, 'groq/b': shared }));
    expect(recorded.at(-1)?.figures).to.deep.equal({ 'openai/a': shared, 'groq/b': shared });
    expect(current.figures).to.deep.equal(recorded.at(-1)?.figures);
    expect(current.reference?.revision).to.equal(recorded.length - 1);
  });

  it('are its own once there are enough', async () => {
    const { current } = await watch(ENOUGH, async () => ({ 'openai/a': shared }));
    expect(current.figures['openai/a']).to.include({ samples: ENOUGH, tokensPerSecond: 100 });
  });

  it('stay its own when the read model cannot be read', async () => {
    const { current, logger } = await watch(1, async () => {
      throw new Error('the database is away');
    });
    expect(current.figures['openai/a']).to.include({ samples: 1 });
    expect(logger.lines.some(({ message }) => message.includes('could not be read'))).to.equal(true);
  });

  it('tell the wait and the pace of streams apart, and never mix them with whole answers', async () => {
    const { current } = await watch(2, async () => ({}), [300, 500, 700]);
    expect(current.figures['openai/a']).to.include({ samples: 5, firstTokenMs: 500, tokensPerSecond: 50 });
    const { current: mostlyWhole } = await watch(4, async () => ({}), [300, 500, 700]);
    expect(mostlyWhole.figures['openai/a']).to.include({ samples: 7, firstTokenMs: 0, tokensPerSecond: 100 });
  });
});
