// What every answer carries for browsers and against them, and which pages may call.
import { expect } from 'chai';
import { useRouter } from '../../support/router.ts';

describe('the headers of answers', () => {
  const router = useRouter(() => ({ env: { CORS_ORIGIN: 'https://ours.example,https://also.example' } }));
  const from = (origin: string, method = 'GET') =>
    fetch(`${router().url}/v1/models`, {
      method,
      headers: {
        origin,
        authorization: `Bearer ${router().key}`,
        ...(method === 'OPTIONS'
          ? { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
          : {}),
      },
    });

  it('say nothing of what the router is built with, and keep browsers from guessing', async () => {
    for (const path of ['/health', '/v1/models', '/v1/nothing']) {
      const { headers } = await router().send(path);
      expect(headers.get('x-powered-by'), path).to.equal(null);
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff');
      expect(headers.get('x-frame-options'), path).to.equal('SAMEORIGIN');
      expect(headers.get('strict-transport-security'), path).to.match(/max-age/);
      expect(headers.get('referrer-policy'), path).to.equal('no-referrer');
    }
  });

  it('let pages of the listed origins in, and no others', async () => {
    for (const origin of ['https://ours.example', 'https://also.example']) {
      const { headers } = await from(origin);
      expect(headers.get('access-control-allow-origin')).to.equal(origin);
      // The request id and what is left of the limits are for the page too.
      expect(headers.get('access-control-expose-headers')).to.equal('*');
      const preflight = await from(origin, 'OPTIONS');
      expect(preflight.status).to.equal(204);
      expect(preflight.headers.get('access-control-allow-origin')).to.equal(origin);
    }
    for (const origin of ['https://theirs.example', 'https://ours.example.evil.example', 'http://ours.example', 'null'])
      expect((await from(origin)).headers.get('access-control-allow-origin'), origin).to.equal(null);
  });

  it('never let a page use the cookie of another one’s visitor', async () => {
    const { headers } = await from('https://ours.example');
    expect(headers.get('access-control-allow-credentials')).to.equal(null);
  });
});

describe('the headers of answers without a list of origins', () => {
  const router = useRouter();

  it('let no page of another origin in', async () => {
    const reply = await router().send('/v1/models', { headers: { origin: 'https://any.example' } });
    expect(reply.headers.get('access-control-allow-origin')).to.equal(null);
  });
});
