// The live counters last no longer than the right to read them.
import { expect } from 'chai';
import { revokeApiKey } from '../../../src/accounts/accounts.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { useRouter } from '../../support/router.ts';

const clock = systemClock;
const random = createRandom(clock);

describe('the live counters over HTTP', () => {
  const router = useRouter();

  /** How many frames come until the router ends the stream. */
  async function listen(headers: Readonly<Record<string, string>>, onFirst: () => Promise<unknown>): Promise<number> {
    const response = await fetch(`${router().url}/v1/live`, { headers, signal: AbortSignal.timeout(25_000) });
    expect(response.status).to.equal(200);
    const reader = response.body?.getReader();
    let frames = 0;
    for (;;) {
      const { done } = (await reader?.read()) ?? { done: true };
      if (done) return frames;
      frames += 1;
      if (frames === 1) await onFirst();
    }
  }

  it('end when their key is revoked', async function () {
    this.timeout(30_000);
    const { key, keyId } = await router().createKey(['read']);
    const frames = await listen({ authorization: `Bearer ${key}` }, async () => {
      await revokeApiKey({ postgres: router().postgres, clock, random }, keyId, 'test');
    });
    expect(frames).to.be.within(1, 8);
    const again = await router().send('/v1/live', { key });
    expect(again.status).to.equal(401);
  });

  it('end when the key of their session is revoked, or may no longer read', async function () {
    this.timeout(30_000);
    const { key, keyId } = await router().createKey(['chat', 'read']);
    const begun = await router().send('/v1/session', { key: null, body: { api_key: key } });
    const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const frames = await listen({ cookie }, async () => {
      await router().postgres.query(`update api_keys set scopes = '{chat}' where id = $1`, [keyId]);
    });
    expect(frames).to.be.within(1, 8);
  });
});
