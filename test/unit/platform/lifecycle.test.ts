// The life of a process, on a host and a clock of the test's own.
import { EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import type { Clock } from '../../../src/platform/clock.ts';
import { type Lifecycle, StoppedError, createLifecycle } from '../../../src/platform/lifecycle.ts';
import { StartError } from '../../../src/platform/startError.ts';
import { createRecordingLogger } from '../../support/logger.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';
import { until } from '../../support/until.ts';

class FakeHost extends EventEmitter {
  readonly exits: number[] = [];
  connected = true;
  exit(code: number): void {
    this.exits.push(code);
  }
}

/** A clock whose time moves only when it is told to; sleepers wake then. */
function createFakeClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => now,
    monotonicMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(new Error('aborted', { cause: signal.reason }));
        });
      }),
    advance(ms) {
      now += ms;
      for (const sleeper of sleepers) if (sleeper.at <= now) sleeper.wake();
    },
  };
}

function world(options: { onSecondSignal?: () => void } = {}) {
  const host = new FakeHost();
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  const lifecycle = createLifecycle({ clock, logger, host, graceMs: 3_000, ...options });
  const closed: string[] = [];
  const openNamed = (name: string, close: () => unknown = () => {}): Promise<string> =>
    lifecycle.open(
      name,
      () => name,
      () => {
        closed.push(name);
        return close();
      },
    );
  const messages = () => logger.lines.map(({ message }) => message);
  return { host, clock, logger, lifecycle, closed, openNamed, messages };
}

const started = async (lifecycle: Lifecycle, start: () => Promise<void>): Promise<{ code: Promise<number> }> => {
  let isStarted = false;
  const code = lifecycle.run(async () => {
    await start();
    isStarted = true;
  });
  await until(() => isStarted, { what: 'the start' });
  return { code };
};

describe('createLifecycle', () => {
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) {
    it(`closes in reverse order and ends with code 0 on ${event}`, async () => {
      const { lifecycle, host, closed, openNamed } = world();
      const { code } = await started(lifecycle, async () => {
        await openNamed('database');
        await openNamed('server');
      });
      host.emit(event);
      expect(await code).to.equal(0);
      expect(closed).to.deep.equal(['server', 'database']);
      expect(host.exits).to.deep.equal([0]);
    });
  }

  it('listens to nothing any more when it is over', async () => {
    const { lifecycle, host } = world();
    const { code } = await started(lifecycle, async () => {});
    host.emit('SIGTERM');
    await code;
    expect(host.eventNames()).to.deep.equal([]);
  });

  it('ends at once when the supervisor was gone before it listened', async () => {
    const { lifecycle, host } = world();
    host.connected = false;
    expect(await lifecycle.run(async () => {})).to.equal(0);
  });

  it('closes what is open and ends with code 1 when the start fails', async () => {
    const { lifecycle, closed, openNamed, logger } = world();
    const code = await lifecycle.run(async () => {
      await openNamed('database');
      throw new Error('no port');
    });
    expect(code).to.equal(1);
    expect(closed).to.deep.equal(['database']);
    expect(logger.lines.find(({ level }) => level === 'error')?.fields['error']).to.have.property('message', 'no port');
  });

  it('tells what a person must change in its own words, without a stack', async () => {
    const { lifecycle, logger } = world();
    await lifecycle.run(async () => {
      throw new StartError('PORT: 3000 is taken');
    });
    expect(logger.lines[0]).to.deep.equal({ level: 'error', message: 'PORT: 3000 is taken', fields: {} });
  });

  it('closes the others and ends with code 1 when one fails to close, and says which', async () => {
    const { lifecycle, host, closed, openNamed, messages } = world();
    const { code } = await started(lifecycle, async () => {
      await openNamed('database');
      await openNamed('server', () => {
        throw new Error('stuck');
      });
    });
    host.emit('SIGTERM');
    expect(await code).to.equal(1);
    expect(closed).to.deep.equal(['server', 'database']);
    expect(messages()).to.include('server did not close');
  });

  it('goes on to the next after the deadline when one hangs, and still gives that one time', async () => {
    const { lifecycle, host, clock, closed, openNamed, messages } = world();
    const database = new EventEmitter();
    const { code } = await started(lifecycle, async () => {
      await openNamed('database', () => once(database, 'closed'));
      await openNamed('server', () => new Promise(() => {}));
    });
    host.emit('SIGTERM');
    await until(() => closed.includes('server'));
    clock.advance(3_000);
    await until(() => closed.includes('database'));
    clock.advance(499);
    database.emit('closed');
    expect(await code).to.equal(1);
    expect(messages()).to.include('server did not close').and.not.include('database did not close');
  });

  it('takes the two signals of one Ctrl-C under npm for one', async () => {
    const { lifecycle, host, clock } = world();
    const { code } = await started(lifecycle, async () => {});
    host.emit('SIGINT');
    clock.advance(30);
    host.emit('SIGINT');
    expect(await code).to.equal(0);
    expect(host.exits).to.deep.equal([0]);
  });

  it('ends at once on the second press', async () => {
    let told = 0;
    const { lifecycle, host, clock, openNamed } = world({ onSecondSignal: () => told++ });
    await started(lifecycle, async () => {
      await openNamed('server', () => new Promise(() => {}));
    });
    host.emit('SIGINT');
    clock.advance(600);
    host.emit('SIGINT');
    expect(host.exits).to.deep.equal([130]);
    expect(told).to.equal(1);
  });

  it('closes again what was being opened when the end came, and opens nothing more', async () => {
    const { lifecycle, host, closed } = world();
    const door = new EventEmitter();
    const code = lifecycle.run(async () => {
      await lifecycle.open(
        'slow',
        () => once(door, 'opened'),
        () => closed.push('slow'),
      );
    });
    host.emit('SIGTERM');
    door.emit('opened');
    expect(await code).to.equal(0);
    expect(closed).to.deep.equal(['slow']);
    expect(
      await rejectionOf(
        lifecycle.open(
          'late',
          () => 'late',
          () => {},
        ),
      ),
    ).to.be.instanceOf(StoppedError);
  });

  it('ends with code 1 when it is stopped with an error, and tells both', async () => {
    const { lifecycle, messages } = world();
    const { code } = await started(lifecycle, async () => {});
    lifecycle.stop('the server is lost', new Error('gone'));
    expect(await code).to.equal(1);
    expect(messages()).to.deep.equal(['the server is lost', 'stopping']);
  });
});
