// Counters and places over several processes by a real Redis, and what is left of them while it is away.
import { expect } from 'chai';
import { after, before } from 'mocha';
import { type Limiter, openLimiter } from '../../../src/accounts/limiter.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestRedis, openTestRedis, redisMissing } from '../../support/redis.ts';
import { until } from '../../support/until.ts';

const MINUTE = 60;

describe('limits in Redis', function () {
  this.timeout(20_000);
  let redis: TestRedis | undefined;
  let one: Limiter;
  let other: Limiter;
  before(async function () {
    const missing = redisMissing({ own: true });
    if (missing !== undefined && process.env['CI'] !== 'true') {
      process.stdout.write(`skipped: ${missing}\n`);
      this.skip();
    }
    const opened = await openTestRedis({ own: true });
    redis = opened;
    const open = () => openLimiter({ redisUrl: opened.url, logger: silentLogger, clock: systemClock });
    [one, other] = [open(), open()];
    // A connection takes a moment; until then each counts by itself.
    await until(async () => {
      await one.add('warm', 1, MINUTE);
      return (await other.read('warm', MINUTE)).used > 0;
    });
  });
  after(async () => {
    await one?.close();
    await other?.close();
    await redis?.close();
  });

  it('are counted together by all processes, and given back', async () => {
    await one.add('tokens', 40, MINUTE);
    expect((await other.add('tokens', 2, MINUTE)).used).to.equal(42);
    await other.takeBack('tokens', 30, MINUTE);
    const { used, resetMs } = await one.read('tokens', MINUTE);
    expect(used).to.equal(12);
    expect(resetMs).to.be.within(1, 60_000);
  });

  it('hand out so many places and no more, whoever asks, and take them back', async () => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other).enter('places', `r${index}`, 5, 60_000)),
    );
    expect(asked.filter(Boolean)).to.have.length(5);
    const held = asked.indexOf(true);
    await one.leave('places', `r${held}`);
    expect(await other.enter('places', 'next', 5, 60_000)).to.equal(true);
    expect(await one.enter('places', 'one more', 5, 60_000)).to.equal(false);
  });

  it('let go of a place whose holder died, after its lease', async () => {
    expect(await one.enter('leased', 'dead', 1, 50)).to.equal(true);
    await until(() => other.enter('leased', 'next', 1, 60_000), { what: 'the end of the lease' });
  });

  it('are counted in each process while Redis is away', async () => {
    await redis?.close();
    redis = undefined;
    await until(async () => (await one.add('away', 1, MINUTE)).used > 0 && (await one.enter('away', 'a', 1, 60_000)));
    expect(await one.enter('away', 'b', 1, 60_000)).to.equal(false);
    expect((await other.add('away', 1, MINUTE)).used).to.be.within(1, 3);
    await one.leave('away', 'a');
    expect(await one.enter('away', 'b', 1, 60_000)).to.equal(true);
  });
});
