// Signing in by cookie over real HTTP: what it opens, and what protects a browser that holds one.
import { expect } from 'chai';
import { createSignInLink } from '../../../src/accounts/signInLinks.ts';
import { revokeApiKey } from '../../../src/accounts/accounts.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { type Reply, useRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';

const clock = systemClock;
const random = createRandom(clock);
const messages = [{ role: 'user', content: 'What is the capital of France?' }];

const cookieOf = ({ headers }: Reply): string => (headers.get('set-cookie') ?? '').split(';')[0] ?? '';

function tokenOf({ body }: Reply): string {
  const token: unknown = body['csrf_token'];
  if (typeof token !== 'string') throw new TypeError('this answer has no token');
  return token;
}

describe('the session over HTTP', () => {
  const router = useRouter();
  const signIn = async (key = router().key) =>
    await router().send('/v1/session', { key: null, body: { api_key: key } });

  it('begins with a key, in a cookie that scripts and other sites do not get', async () => {
    const reply = await signIn();
    expect(reply.status).to.equal(200);
    expect(reply.body).to.deep.include({ signed_in: true, scopes: ['chat', 'read'], simulated: true });
    expect(reply.body['org']?.['name']).to.equal('test');
    const cookie = reply.headers.get('set-cookie') ?? '';
    expect(cookie).to.include('HttpOnly').and.include('SameSite=Strict').and.include('Path=/');
    expect(cookie).to.not.include(router().key).and.not.include('Secure');
  });

  it('binds its cookie to TLS behind a proxy that ends it', async () => {
    const reply = await router().send('/v1/session', {
      key: null,
      body: { api_key: router().key },
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(reply.headers.get('set-cookie')).to.include('Secure');
  });

  it('reads with the cookie alone, and changes nothing without the token', async () => {
    const begun = await signIn();
    const cookie = cookieOf(begun);
    const read = await router().send('/v1/models', { key: null, headers: { cookie } });
    expect(read.status).to.equal(200);
    const bare = await router().send('/v1/chat', { key: null, headers: { cookie }, body: { messages } });
    expect([bare.status, bare.body['error']?.['code']]).to.deep.equal([403, 'forbidden']);
    const other = tokenOf(await signIn());
    const foreign = { cookie, 'x-csrf-token': other };
    expect((await router().send('/v1/chat', { key: null, headers: foreign, body: { messages } })).status).to.equal(403);
    const headers = { cookie, 'x-csrf-token': tokenOf(begun) };
    expect((await router().send('/v1/chat', { key: null, headers, body: { messages } })).status).to.equal(200);
  });

  it('tells who is signed in, and that nobody is, without an error', async () => {
    const nobody = await router().send('/v1/session', { key: null });
    expect([nobody.status, nobody.body]).to.deep.equal([200, { signed_in: false }]);
    const begun = await signIn();
    const again = await router().send('/v1/session', { key: null, headers: { cookie: cookieOf(begun) } });
    expect(again.body).to.deep.equal(begun.body);
    const broken = await router().send('/v1/session', { key: null, headers: { cookie: 'omni_session=AAAA' } });
    expect(broken.body).to.deep.equal({ signed_in: false });
  });

  it('ends', async () => {
    const begun = await signIn();
    const headers = { cookie: cookieOf(begun), 'x-csrf-token': tokenOf(begun) };
    const ended = await router().send('/v1/session', { key: null, method: 'DELETE', headers });
    expect(ended.status).to.equal(200);
    expect(ended.headers.get('set-cookie')).to.match(/^omni_session=;/);
    const bare = await router().send('/v1/session', {
      key: null,
      method: 'DELETE',
      headers: { cookie: cookieOf(begun) },
    });
    expect(bare.status).to.equal(403);
  });

  it('ends with its key', async () => {
    const { key, keyId } = await router().createKey(['read']);
    const cookie = cookieOf(await signIn(key));
    await revokeApiKey({ postgres: router().postgres, clock, random }, keyId, 'test');
    await until(async () => (await router().send('/v1/models', { key: null, headers: { cookie } })).status === 401);
    const session = await router().send('/v1/session', { key: null, headers: { cookie } });
    expect(session.body).to.deep.equal({ signed_in: false });
  });

  it('gives no more than its key’s scopes', async () => {
    const { key } = await router().createKey(['chat']);
    const cookie = cookieOf(await signIn(key));
    expect((await router().send('/v1/models', { key: null, headers: { cookie } })).status).to.equal(403);
  });

  it('begins by a printed link once', async () => {
    const tools = { postgres: router().postgres, clock, random };
    const body = { sign_in_token: await createSignInLink(tools, router().key) };
    const first = await router().send('/v1/session', { key: null, body });
    expect(first.body['signed_in']).to.equal(true);
    const second = await router().send('/v1/session', { key: null, body });
    expect(second.status).to.equal(401);
    expect(second.body['error']?.['message']).to.include('used already');
  });

  it('does not begin with a wrong key, a form of another site, or no key at all', async () => {
    expect((await signIn('omr_wrong')).status).to.equal(401);
    const foreign = await router().send('/v1/session', {
      key: null,
      body: { api_key: router().key },
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect([foreign.status, foreign.headers.has('set-cookie')]).to.deep.equal([403, false]);
    const empty = await router().send('/v1/session', { key: null, body: {} });
    expect([empty.status, empty.body['error']?.['code']]).to.deep.equal([400, 'validation_error']);
    const broken = await router().send('/v1/session', { key: null, body: '{' });
    expect(broken.status).to.equal(400);
  });
});

describe('the session beside the limit of its key', () => {
  const router = useRouter(() => ({ env: { RATE_LIMIT_MAX: '3' } }));

  it('counts looks apart, and what asks a model as any request', async () => {
    const begun = await router().send('/v1/session', { key: null, body: { api_key: router().key } });
    const cookie = cookieOf(begun);
    for (let look = 0; look < 10; look++) {
      const { status, headers } = await router().send('/v1/models', { key: null, headers: { cookie } });
      expect([status, headers.get('x-ratelimit-limit')]).to.deep.equal([200, '600']);
    }
    const headers = { cookie, 'x-csrf-token': tokenOf(begun) };
    const statuses: number[] = [];
    for (let ask = 0; ask < 4; ask++)
      statuses.push((await router().send('/v1/chat', { key: null, headers, body: { messages } })).status);
    expect(statuses).to.deep.equal([200, 200, 200, 429]);
    expect((await router().send('/v1/models', { key: null, headers: { cookie } })).status).to.equal(200);
  });
});
