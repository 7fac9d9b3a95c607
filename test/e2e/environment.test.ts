// What the environment says, seen from outside: the whole system, real HTTP, vendors on loopback at the addresses that were set.
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { PROVIDERS, type ProviderName } from '../../src/domain/catalog.ts';
import { type FaultProvider, openFaultProvider } from '../support/faultProvider.ts';
import { type TestRedis, openTestRedis, redisMissing } from '../support/redis.ts';
import { type System, newDataDir, removeDataDir, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const MODELS: Readonly<Record<ProviderName, string>> = {
  openai: 'openai/gpt-5.4-mini',
  anthropic: 'anthropic/claude-sonnet-4-6',
  google: 'google/gemini-2.5-flash',
  openrouter: 'openrouter/deepseek/deepseek-v4-pro',
  groq: 'groq/openai/gpt-oss-120b',
};
const KEY_HEADERS: Readonly<Record<ProviderName, string>> = {
  openai: 'authorization',
  anthropic: 'x-api-key',
  google: 'x-goog-api-key',
  openrouter: 'authorization',
  groq: 'authorization',
};

describe('the environment', function () {
  this.timeout(120_000);
  let fault: FaultProvider;
  let redis: TestRedis | undefined;
  let system: System;
  const dataDir = newDataDir();

  before(async () => {
    fault = await openFaultProvider();
    const missing = redisMissing();
    if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing);
    redis = missing === undefined ? await openTestRedis() : undefined;
    const vendors = PROVIDERS.flatMap((name) => [
      [`${name.toUpperCase()}_API_KEY`, name === 'openai' ? 'first-key,second-key' : `${name}-key`],
      [`${name.toUpperCase()}_BASE_URL`, fault.baseUrls[name]],
    ]);
    system = await startSystem({
      dataDir,
      env: {
        ...(Object.fromEntries(vendors) as Record<string, string>),
        ...(redis ? { REDIS_URL: redis.url } : {}),
        HOST: '127.0.0.2',
        NODE_ENV: 'development',
        LOG_LEVEL: 'debug',
        CORS_ORIGIN: 'https://app.example',
        RATE_LIMIT_MAX: '40',
        RATE_LIMIT_WINDOW_SEC: '600',
        SHUTDOWN_GRACE_SEC: '1',
      },
    });
  });
  after(async () => {
    system.supervisor.kill('SIGKILL');
    await redis?.close();
    await fault.close();
    removeDataDir(dataDir);
  });
  beforeEach(() => fault.reset());

  const ask = (model: string, signal?: AbortSignal): Promise<Response> =>
    fetch(`${system.url}/v1/chat`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${system.key}`,
        'content-type': 'application/json',
        origin: 'https://app.example',
      },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
      ...(signal ? { signal } : {}),
    });

  it('HOST and PORT say where it listens, and nowhere else', async () => {
    const { hostname, port } = new URL(system.url);
    expect(hostname).to.equal('127.0.0.2');
    expect((await fetch(`${system.url}/health`)).status).to.equal(200);
    expect(await fetch(`http://127.0.0.1:${port}/health`).catch(() => 'nobody')).to.equal('nobody');
  });

  it('the keys and base URLs of the vendors say who is called, and by what', async () => {
    for (const name of PROVIDERS) {
      fault.reset();
      const response = await ask(MODELS[name]);
      expect(response.status, name).to.equal(200);
      expect(response.headers.get('x-omni-provider')).to.equal(name);
      expect(response.headers.get('x-omni-simulated')).to.equal('false');
      const [call] = fault.received;
      expect(call?.vendor).to.equal(name);
      expect(call?.headers[KEY_HEADERS[name]]).to.include(name === 'openai' ? 'first-key' : `${name}-key`);
    }
    expect(system.output()).not.to.match(/first-key|anthropic-key/);
  });

  it('a second key of a vendor is used when the first is refused', async () => {
    fault.script('openai', { status: 401, body: { error: { message: 'no', type: 'authentication_error' } } }, {});
    expect((await ask(MODELS.openai)).status).to.equal(200);
    expect(fault.received.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer first-key',
      'Bearer second-key',
    ]);
  });

  it('CORS_ORIGIN lets that origin in, RATE_LIMIT_MAX and its window limit a key, in REDIS_URL where there is one', async () => {
    const response = await ask(MODELS.openai);
    expect(response.headers.get('access-control-allow-origin')).to.equal('https://app.example');
    expect(response.headers.get('x-ratelimit-limit')).to.equal('40');
    expect(Number(response.headers.get('x-ratelimit-reset'))).to.be.within(60, 600);
    if (!redis) return;
    const client = new Redis(redis.url);
    const keys = await client.keys('omni*');
    client.disconnect();
    expect(keys.length).to.be.greaterThan(0);
  });

  it('LOG_LEVEL says how much is logged', () => {
    expect(system.output()).to.match(/debug/i);
  });

  it('SHUTDOWN_GRACE_SEC is how long a running request gets, which is then told', async () => {
    fault.script('openai', { hang: true });
    const waiting = ask(MODELS.openai);
    await until(() => fault.received.length === 1, { what: 'the call' });
    const stopped = system.stop();
    const response = await waiting;
    expect(response.status).to.equal(503);
    expect(await response.json()).to.have.nested.property('error.code', 'overloaded');
    const { code, tookMs } = await stopped;
    expect(code).to.equal(0);
    expect(tookMs).to.be.within(900, 15_000);
  });
});
