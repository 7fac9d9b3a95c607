// The admin API over HTTP: who may use it, what it makes, and that every change is on its way to the log with who did it.
import { expect } from 'chai';
import { before } from 'mocha';
import { isoTime, systemClock } from '../../../src/platform/clock.ts';
import { type Json, type Reply, useRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';

const MODEL = 'openai/gpt-5.4-mini';
const messages = [{ role: 'user', content: 'What is the capital of France?' }];

function text(value: unknown): string {
  expect(value).to.be.a('string');
  return value as string;
}

function codeOf({ status, body }: Reply) {
  return [status, body['error']?.['code'], body['error']?.['param']];
}

describe('the admin API', () => {
  const router = useRouter();
  let admin = '';
  before(async () => {
    admin = (await router().createKey(['admin', 'read'], 'operators')).key;
  });
  const call = (method: string, path: string, body?: object) =>
    router().send(`/v1/admin/${path}`, { method, key: admin, ...(body ? { body } : {}) });
  const made = async (path: string, body: object): Promise<Json> => {
    const reply = await call('POST', path, body);
    expect(reply.status, JSON.stringify(reply.body)).to.equal(201);
    return reply.body;
  };
  const actions = async (subject: string) => {
    const { rows } = await router().postgres.query<{ action: string; by: string }>(
      "select data->>'action' as action, data->>'by' as by from admin_outbox where data->>'subjectId' = $1 order by id",
      [subject],
    );
    return rows;
  };

  it('is closed to keys without the scope admin', async () => {
    for (const [method, path] of [
      ['GET', 'orgs'],
      ['POST', 'orgs'],
      ['PATCH', 'orgs/0a0a0a0a-0000-4000-8000-000000000001'],
      ['GET', 'users'],
      ['POST', 'users'],
      ['GET', 'keys'],
      ['POST', 'keys'],
      ['GET', 'budgets'],
      ['PUT', 'budgets'],
    ] as const) {
      const reply = await router().send(`/v1/admin/${path}`, { method, ...(method === 'GET' ? {} : { body: {} }) });
      expect(codeOf(reply).slice(0, 2), path).to.deep.equal([403, 'forbidden']);
    }
  });

  it('makes an org, a user and a key, which then answers for that org', async () => {
    const org = await made('orgs', { name: 'acme', baseline_model: MODEL });
    await made('users', { org_id: org['id'], email: 'ann@acme.example' });
    const key = await made('keys', { org_id: org['id'], email: 'ann@acme.example', scopes: ['read'] });
    const account = await router().send('/v1/account', { key: text(key['key']) });
    expect(account.body).to.deep.include({
      org: { id: org['id'], name: 'acme', baseline_model: MODEL, capture_content_days: null },
      key: { id: key['id'], prefix: key['prefix'], scopes: ['read'] },
      budgets: [],
    });
    const listed = await call('GET', `keys?org_id=${text(org['id'])}`);
    expect(listed.body['data']).to.have.length(1);
    expect(JSON.stringify(listed.body)).not.to.include(text(key['key']).slice(12)).and.not.include('hash');
    const { key: _, last_used_at: __, ...shown } = key as unknown as Record<string, unknown>;
    expect([...(listed.body['data'] ?? [])][0]).to.deep.include({
      ...shown,
      user_email: 'ann@acme.example',
    });
  });

  it('keeps who did what for the log', async () => {
    const org = await made('orgs', { name: 'watched' });
    await call('PATCH', `orgs/${text(org['id'])}`, { limits: { requests_per_min: 5 } });
    const done = await actions(text(org['id']));
    expect(done.map(({ action }) => action)).to.deep.equal(['org_created', 'org_changed']);
    expect(done[0]?.by).to.match(/^key omr_\w{8}$/);
    expect(JSON.stringify(done)).not.to.include(admin.slice(12));
  });

  it('refuses names that are taken, models that are not there and ranges that are none', async () => {
    const org = await made('orgs', { name: 'strict' });
    expect(codeOf(await call('POST', 'orgs', { name: 'strict' }))).to.deep.equal([400, 'validation_error', 'name']);
    const orgId = text(org['id']);
    expect(codeOf(await call('PATCH', `orgs/${orgId}`, { baseline_model: 'openai/gpt-0' }))).to.deep.equal([
      404,
      'model_not_found',
      'baseline_model',
    ]);
    expect(codeOf(await call('POST', 'keys', { org_id: orgId, allowed_ips: ['10.0.0.0/33'] }))).to.deep.equal([
      400,
      'validation_error',
      'allowed_ips[0]',
    ]);
    expect(codeOf(await call('POST', 'keys', { org_id: orgId, colour: 'red' })).slice(0, 2)).to.deep.equal([
      400,
      'validation_error',
    ]);
    expect(codeOf(await call('PATCH', 'keys/nonsense', {})).slice(0, 2)).to.deep.equal([404, 'not_found']);
  });

  it('pages through a list with the cursor of the page before', async () => {
    const org = await made('orgs', { name: 'large' });
    for (let count = 0; count < 5; count += 1)
      await made('users', { org_id: org['id'], email: `user${count}@large.example` });
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await call('GET', `users?org_id=${text(org['id'])}&limit=2${next}`);
      seen.push(...[...(body['data'] ?? [])].map((row) => row['email']));
      cursor = body['next_cursor'] as unknown as string | null;
    } while (cursor !== null);
    expect(seen).to.deep.equal([0, 1, 2, 3, 4].map((count) => `user${count}@large.example`));
    expect(codeOf(await call('GET', 'users?cursor=abc'))).to.deep.equal([400, 'validation_error', 'cursor']);
  });

  it('rotates a key: the new one has the rights of the old, which ends after the overlap', async () => {
    const org = await made('orgs', { name: 'rotating' });
    const old = await made('keys', { org_id: org['id'], scopes: ['read'], limits: { requests_per_min: 50 } });
    const path = `keys/${text(old['id'])}/rotate`;
    const next = await made(path, { overlap_sec: 0 });
    expect(next['scopes']).to.deep.equal(['read']);
    expect(next['limits']).to.deep.include({ requests_per_min: 50 });
    expect((await router().send('/v1/models', { key: text(next['key']) })).status).to.equal(200);
    expect((await router().send('/v1/models', { key: text(old['key']) })).status).to.equal(401);
    const kept = await made(`keys/${text(next['id'])}/rotate`, { overlap_sec: 3_600 });
    for (const key of [next, kept])
      expect((await router().send('/v1/models', { key: text(key['key']) })).status).to.equal(200);
    const { body } = await call('GET', `keys?org_id=${text(org['id'])}`);
    const ends = [...(body['data'] ?? [])].map((row) => row['expires_at']);
    // Rotated once more within its overlap, a key that had no end still gives its successor none.
    const again = await made(`keys/${text(next['id'])}/rotate`, { overlap_sec: 60 });
    expect(again['expires_at']).to.equal(null);
    expect(ends.slice(0, 2).every((end) => end !== null)).to.equal(true);
    expect(ends[2]).to.equal(null);
    expect((await actions(text(old['id']))).map(({ action }) => action)).to.deep.equal(['key_created', 'key_rotated']);
  });

  it('ends a key at its expiry and at its revocation, which cannot be rotated away', async () => {
    const org = await made('orgs', { name: 'ending' });
    const late = isoTime(systemClock.now() - 1_000);
    const expired = await made('keys', { org_id: org['id'], expires_at: late });
    expect((await router().send('/v1/models', { key: text(expired['key']) })).status).to.equal(401);
    const key = await made('keys', { org_id: org['id'] });
    const revoked = await call('POST', `keys/${text(key['id'])}/revoke`);
    expect(revoked.body['revoked_at']).to.be.a('string');
    expect((await router().send('/v1/models', { key: text(key['key']) })).status).to.equal(401);
    expect(codeOf(await call('POST', `keys/${text(key['id'])}/rotate`, {})).slice(0, 2)).to.deep.equal([
      400,
      'validation_error',
    ]);
  });

  it('lets a key in from its own networks only', async () => {
    const org = await made('orgs', { name: 'placed' });
    const elsewhere = await made('keys', { org_id: org['id'], allowed_ips: ['192.0.2.0/24', '2001:db8::/32'] });
    const refused = await router().send('/v1/models', { key: text(elsewhere['key']) });
    expect(codeOf(refused).slice(0, 2)).to.deep.equal([403, 'forbidden']);
    // Nobody's word counts on where a request comes from unless a proxy is configured.
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    expect((await router().send('/v1/models', { key: text(elsewhere['key']), headers })).status).to.equal(403);
    const here = await made('keys', { org_id: org['id'], allowed_ips: ['127.0.0.1'] });
    expect((await router().send('/v1/models', { key: text(here['key']) })).status).to.equal(200);
  });

  it('routes only to the models that key and org may use', async () => {
    const org = await made('orgs', { name: 'choosy' });
    const key = await made('keys', { org_id: org['id'], allowed_models: [MODEL] });
    const ask = (model: string) => router().send('/v1/chat', { key: text(key['key']), body: { messages, model } });
    expect((await ask('auto')).body['model_used']).to.equal('gpt-5.4-mini');
    expect(codeOf(await ask('anthropic/claude-sonnet-4-6')).slice(0, 2)).to.deep.equal([400, 'no_eligible_model']);
  });

  it('says when a key was used last', async () => {
    const org = await made('orgs', { name: 'used' });
    const key = await made('keys', { org_id: org['id'] });
    await router().send('/v1/models', { key: text(key['key']) });
    const used = await until(
      async () => {
        const { body } = await call('GET', `keys?org_id=${text(org['id'])}`);
        return [...(body['data'] ?? [])][0]?.['last_used_at'] ?? undefined;
      },
      { within: 3_000, what: 'the last use' },
    );
    expect(Math.abs(Date.parse(text(used)) - systemClock.now())).to.be.lessThan(10_000);
  });

  it('sets, shows and deletes budgets; a key budget counts for its line of rotations', async () => {
    const org = await made('orgs', { name: 'thrifty' });
    const key = await made('keys', { org_id: org['id'], scopes: ['read'] });
    const put = (body: object) => call('PUT', 'budgets', body);
    const day = await put({ scope: 'org', subject_id: org['id'], period: 'daily', hard_limit_usd: '1.50' });
    expect(day.body).to.deep.include({
      soft_limit_usd: null,
      hard_limit_usd: '1.5',
      spent_usd: '0',
      reserved_usd: '0',
    });
    const next = await made(`keys/${text(key['id'])}/rotate`, {});
    const set = { scope: 'key', subject_id: next['id'], period: 'monthly', soft_limit_usd: '0.000000000001' };
    expect((await put(set)).body['subject_id']).to.equal(key['id']);
    const account = await router().send('/v1/account', { key: text(next['key']) });
    expect(account.body['budgets']).to.have.length(2);
    expect(codeOf(await put({ ...set, soft_limit_usd: '1e-13' }))[2]).to.equal('soft_limit_usd');
    expect(codeOf(await put({ ...set, soft_limit_usd: null })).slice(0, 2)).to.deep.equal([400, 'validation_error']);
    const gone = await call('POST', `budgets/${text(day.body['id'])}/delete`);
    expect(gone.status).to.equal(204);
    expect((await call('GET', `budgets?org_id=${text(org['id'])}`)).body['data']).to.have.length(1);
  });

  const rerate = (body: object) => call('POST', 'rerate', { from: '2026-01-01', to: '2026-01-03', ...body });

  it('asks for corrected costs of a past period, of a version that the catalog has', async () => {
    const asked = await rerate({ catalog_version: 0 });
    expect([asked.status, asked.body]).to.deep.equal([202, { days: 2 }]);
    expect(codeOf(await rerate({ catalog_version: 99_999 }))).to.deep.equal([
      400,
      'validation_error',
      'catalog_version',
    ]);
    expect(codeOf(await rerate({ catalog_version: 0, to: '2026-01-01' }))).to.deep.equal([
      400,
      'validation_error',
      'from',
    ]);
    expect(codeOf(await rerate({ catalog_version: 0, to: '2999-01-01' }))).to.deep.equal([
      400,
      'validation_error',
      'to',
    ]);
    const told: string[] = [];
    for await (const { type } of router().store.readStream('admin-main')) told.push(type);
    expect(told).to.deep.equal(['RerateRequested', 'RerateRequested']);
  });
});

describe('keys behind a proxy', () => {
  const router = useRouter(() => ({ env: { TRUST_PROXY: 'loopback' } }));

  it('are held to the address that the trusted proxy tells', async () => {
    const { key } = await router().createKey(['read'], 'proxied');
    await router().postgres.query("update api_keys set allowed_ips = '{192.0.2.0/24}' where prefix = $1", [
      key.slice(4, 12),
    ]);
    const from = (address: string) => router().send('/v1/models', { key, headers: { 'x-forwarded-for': address } });
    expect((await from('192.0.2.7')).status).to.equal(200);
    expect((await from('198.51.100.7')).status).to.equal(403);
    expect((await from('192.0.2.7, 198.51.100.7')).status).to.equal(403);
  });

  it('are not compared beyond that at once either, of a whole IPv6 network; the same good key many times at once is one', async () => {
    const guess = (count: number, address: string) =>
      router().send('/v1/models', {
        key: `omr_${String(count).padStart(8, 'x')}_${'y'.repeat(43)}`,
        headers: { 'x-forwarded-for': address },
      });
    const all = await Promise.all(Array.from({ length: 60 }, (_, count) => guess(count, `2001:db8:1:2::${count + 1}`)));
    expect(all.filter(({ status }) => status === 401).length).to.be.at.most(20);
    expect(all.filter(({ status }) => status === 429).length).to.be.at.least(40);
    const { key } = await router().createKey(['read'], 'hasty');
    const good = await Promise.all(
      Array.from({ length: 60 }, () =>
        router().send('/v1/models', { key, headers: { 'x-forwarded-for': '203.0.113.77' } }),
      ),
    );
    expect(good.map(({ status }) => status)).to.deep.equal(good.map(() => 200));
  }).timeout(30_000);

  it('cannot be guessed without end from one address, and others are not held up', async () => {
    const guess = (address: string) =>
      router().send('/v1/models', { key: 'sk-guess', headers: { 'x-forwarded-for': address } });
    for (let count = 0; count < 20; count += 1) expect((await guess('203.0.113.1')).status).to.equal(401);
    const held = await guess('203.0.113.1');
    expect([held.status, held.body['error']?.['code']]).to.deep.equal([429, 'rate_limit_exceeded']);
    expect(Number(held.headers.get('retry-after'))).to.be.within(1, 60);
    expect((await guess('203.0.113.2')).status).to.equal(401);
    const known = { headers: { 'x-forwarded-for': '203.0.113.1' } };
    await router().send('/v1/models');
    expect((await router().send('/v1/models', known)).status).to.equal(200);
  });
});
