// Erasing what people wrote: by request, user or age; the log stays valid.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { eraseContent } from '../../../src/accounts/eraseContent.ts';
import { useRouter } from '../../support/router.ts';

describe('erasing content', function () {
  this.timeout(30_000);
  const router = useRouter();
  const ask = async (idempotencyKey: string) => {
    const reply = await router().send('/v1/chat', {
      body: { messages: [{ role: 'user', content: 'something personal' }] },
      headers: { 'idempotency-key': idempotencyKey },
    });
    expect(reply.status).to.equal(200);
    return String(reply.headers.get('x-request-id'));
  };
  const kept = async () => (await router().postgres.query('select from kept_answers')).rowCount;

  it('takes away the body of one request, and leaves its events valid', async () => {
    const id = await ask('one');
    await ask('two');
    expect(await eraseContent(router().postgres, { requestId: id })).to.equal(1);
    expect(await kept()).to.equal(1);
    const { body } = await router().send(`/v1/requests/${id}/replay`);
    expect(body).to.include({ equal: true });
    expect(await eraseContent(router().postgres, { requestId: id })).to.equal(0);
  });

  it('takes away all of a user, and all that is older', async () => {
    await ask('three');
    const { rows } = await router().postgres.query<{ email: string }>('select email from users');
    expect(await eraseContent(router().postgres, { email: 'nobody@example.com' })).to.equal(0);
    expect(await eraseContent(router().postgres, { before: new Date(0) })).to.equal(0);
    expect(await eraseContent(router().postgres, { email: (rows[0]?.email ?? '').toUpperCase() })).to.be.greaterThan(0);
    expect(await kept()).to.equal(0);
    await ask('four');
    expect(await eraseContent(router().postgres, { before: new Date(Date.now() + 60_000) })).to.equal(1);
  });

  const run = (...words: string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/cli/erase.ts', ...words], {
      env: { PATH: process.env['PATH'], DATABASE_URL: router().connectionString },
    });

  it('is a command that says how it is used', async () => {
    await ask('five');
    expect((await run('--older-than', '7d')).stdout).to.include('0 kept bodies were erased');
    const wrong: unknown = await run('--older-than', 'long').catch((error: unknown) => error);
    expect(wrong).to.have.property('stderr').that.includes('allowed: 30m, 12h, 7d');
    const none: unknown = await run().catch((error: unknown) => error);
    expect(none).to.have.property('stderr').that.includes('say one of the three');
  });
});
