// API keys against a real database: who is let in, for how long, and how often bcrypt has to run for it.
import { mkdtempSync, readFileSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createApiKey, revokeApiKey } from '../../../src/accounts/accounts.ts';
import { createAuthenticator } from '../../../src/accounts/authenticate.ts';
import { ensureLocalKey, readLocalKey } from '../../../src/accounts/localKey.ts';
import { type Clock, createRandom, isoTime, systemClock } from '../../../src/platform/clock.ts';
import type { Postgres } from '../../../src/platform/postgres.ts';
import { useDatabase } from '../../support/postgres.ts';
import { useRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';

const random = createRandom(systemClock);

/** Counts the looks at the keys: behind each first one of a key there is one bcrypt. */
function counting(postgres: Postgres): { postgres: Postgres; reads: () => number } {
  let count = 0;
  const query: Postgres['query'] = (...sent) => {
    count += 1;
    return postgres.query(...sent);
  };
  return { postgres: { ...postgres, query, transaction: (work) => postgres.transaction(work) }, reads: () => count };
}

async function inTurn<T>(works: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (const work of works) results.push(await work());
  return results;
}

describe('API keys', () => {
  const database = useDatabase();
  const time = { ms: Date.parse('2026-11-25T12:00:00Z') };
  const clock: Clock = { ...systemClock, now: () => time.ms, monotonicMs: () => time.ms };
  const tools = () => ({ postgres: database.postgres, clock, random });
  const made = (org: string) => createApiKey(tools(), { org, by: 'test' });

  it('lets the holder of a key in, and knows the org and the scopes', async () => {
    const { key, keyId, orgId } = await made('one');
    const holder = await createAuthenticator(database.postgres, clock).authenticate(key);
    expect(holder).to.deep.include({ keyId, orgId, scopes: ['chat', 'read'], keyModels: null, orgModels: null });
  });

  it('keeps neither the key nor its random part in the database', async () => {
    const { key, keyId } = await made('secret');
    const { rows } = await database.postgres.query<{ text: string }>(
      'select row_to_json(k)::text || row_to_json(u)::text as text from api_keys k join users u on u.id = k.user_id where k.id = $1',
      [keyId],
    );
    const text = rows[0]?.text ?? '';
    expect(text).to.include('$2').and.not.include(key).and.not.include(key.slice(12));
  });

  it('refuses a key with the right prefix and another secret', async () => {
    const { key } = await made('wrong');
    const authenticator = createAuthenticator(database.postgres, clock);
    const other = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
    expect(await authenticator.authenticate(other)).to.equal(undefined);
    expect(await authenticator.authenticate(key)).not.to.equal(undefined);
  });

  const took = async (guess: string): Promise<number> => {
    const authenticator = createAuthenticator(database.postgres, clock);
    const started = performance.now();
    expect(await authenticator.authenticate(guess)).to.equal(undefined);
    return performance.now() - started;
  };

  it('takes as long for a prefix that nobody has as for a wrong secret', async () => {
    const { key } = await made('timed');
    const guesses = Array.from({ length: 5 }, () => random.bytes(32).toString('base64url'));
    const wrong = Math.min(...(await inTurn(guesses.map((secret) => () => took(`${key.slice(0, 12)}${secret}`)))));
    const unknown = Math.min(...(await inTurn(guesses.map((secret) => () => took(`omr_00000000${secret}`)))));
    // One bcrypt at cost 12 is tens of milliseconds at least, without it a look is one or two: a machine that is busy blurs the rest.
    expect(unknown / wrong).to.be.within(0.25, 4);
  });

  it('runs bcrypt once for many requests of one key at once', async () => {
    const { key } = await made('many');
    const counted = counting(database.postgres);
    const authenticator = createAuthenticator(counted.postgres, clock);
    const holders = await Promise.all(Array.from({ length: 50 }, () => authenticator.authenticate(key)));
    expect(new Set(holders.map((holder) => holder?.keyId)).size).to.equal(1);
    expect(counted.reads()).to.equal(1);
  });

  it('looks a verified key up again later without another bcrypt', async () => {
    const { key, keyId } = await made('again');
    const counted = counting(database.postgres);
    const authenticator = createAuthenticator(counted.postgres, clock);
    await authenticator.authenticate(key);
    // Whoever compared with this hash would refuse the key.
    await database.postgres.query("update api_keys set hash = 'no hash' where id = $1", [keyId]);
    time.ms += 5_000;
    expect((await authenticator.authenticate(key))?.keyId).to.equal(keyId);
    expect(counted.reads()).to.equal(2);
  });

  it('refuses a revoked key after five seconds at the latest', async () => {
    const { key, keyId } = await made('revoked');
    const authenticator = createAuthenticator(database.postgres, clock);
    expect((await authenticator.authenticate(key))?.keyId).to.equal(keyId);
    expect(await revokeApiKey(tools(), keyId, 'test')).to.equal(true);
    expect(await revokeApiKey(tools(), keyId, 'test')).to.equal(false);
    time.ms += 5_000;
    expect(await authenticator.authenticate(key)).to.equal(undefined);
  });

  it('refuses a key from its expiry on', async () => {
    const { key, keyId } = await made('expiring');
    const expiry = time.ms + 60_000;
    await database.postgres.query('update api_keys set expires_at = $2 where id = $1', [keyId, isoTime(expiry)]);
    const authenticator = createAuthenticator(database.postgres, clock);
    time.ms = expiry - 1;
    expect((await authenticator.authenticate(key))?.keyId).to.equal(keyId);
    time.ms = expiry + 5_000;
    expect(await authenticator.authenticate(key)).to.equal(undefined);
  });

  it('does not ask the database about what has not the form of a key', async () => {
    const counted = counting(database.postgres);
    const authenticator = createAuthenticator(counted.postgres, clock);
    for (const key of ['', 'sk-abc', `omr_${'x'.repeat(50)}`, `omr_${'x'.repeat(52)}`, `omr_${"'".repeat(51)}`])
      expect(await authenticator.authenticate(key)).to.equal(undefined);
    expect(counted.reads()).to.equal(0);
  });

  it('keeps the local key in a file that only its owner can read, and makes it once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'omni-key-'));
    try {
      const key = await ensureLocalKey(tools(), folder);
      const path = join(folder, 'local-key');
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect(readFileSync(path, 'utf8')).to.equal(`${key}\n`);
      expect(readLocalKey(folder)).to.equal(key);
      expect(await ensureLocalKey(tools(), folder)).to.equal(key);
      const holder = await createAuthenticator(database.postgres, clock).authenticate(key);
      expect(holder?.scopes).to.include.members(['chat', 'read', 'admin']);
      unlinkSync(path);
      expect(await ensureLocalKey(tools(), folder)).not.to.equal(key);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('API keys over HTTP', () => {
  const router = useRouter();

  it('are taken as a bearer token, in any case of the word, and as X-API-Key', async () => {
    const { key } = router();
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer ${key}` },
      { 'x-api-key': key },
    ])
      expect((await router().send('/v1/models', { key: null, headers })).status).to.equal(200);
  });

  it('stop working within five seconds of their revocation', async () => {
    const { key, keyId } = await router().createKey(['read']);
    expect((await router().send('/v1/models', { key })).status).to.equal(200);
    await revokeApiKey({ postgres: router().postgres, clock: systemClock, random }, keyId, 'test');
    const refused = await until(
      async () => {
        const reply = await router().send('/v1/models', { key });
        return reply.status !== 200 && reply;
      },
      { within: 5_000, what: 'the refusal' },
    );
    expect([refused.status, refused.body['error']?.['code']]).to.deep.equal([401, 'invalid_api_key']);
  });
});
