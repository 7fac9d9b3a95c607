// What an org has kept of prompts and answers: nothing unless it asks for it, then both bodies word for word, for so many days.
import { expect } from 'chai';
import { eraseContent } from '../../../src/accounts/eraseContent.ts';
import { expireCapturedContent } from '../../../src/accounts/capturedContent.ts';
import { until } from '../../support/until.ts';
import { useRouter } from '../../support/router.ts';

const DAY_MS = 86_400_000;

describe('captured content', function () {
  this.timeout(30_000);
  const router = useRouter();
  let admin = '';
  const setDays = async (orgId: string, days: number | null) => {
    const reply = await router().send(`/v1/admin/orgs/${orgId}`, {
      method: 'PATCH',
      key: admin,
      body: { capture_content_days: days },
    });
    expect([reply.status, reply.body['capture_content_days']]).to.deep.equal([200, days]);
  };
  const orgWith = async (name: string, days: number | null) => {
    const made = await router().createKey(['chat', 'read'], name);
    await setDays(made.orgId, days);
    return made;
  };
  const ask = async (key: string, path: string, body: object, headers: Record<string, string> = {}) => {
    const sent = JSON.stringify(body);
    const response = await fetch(router().url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: sent,
    });
    return {
      sent,
      told: await response.text(),
      status: response.status,
      id: response.headers.get('x-request-id') ?? '',
    };
  };
  const rows = async () => (await router().postgres.query('select from captured_content')).rowCount;
  const read = (id: string, key: string) => router().send(`/v1/requests/${id}/content`, { key });
  const readKept = (id: string, key: string) =>
    until(
      async () => {
        const reply = await read(id, key);
        return reply.status === 200 ? reply.body : undefined;
      },
      { within: 5_000, what: 'the content' },
    );
  const messages = [{ role: 'user', content: 'Something that is worth keeping' }];

  before(async () => {
    admin = (await router().createKey(['admin'], 'operators')).key;
  });

  it('is not kept of an org that did not ask for it', async () => {
    const { key } = await orgWith('silent', null);
    const { id, status } = await ask(key, '/v1/chat', { messages });
    expect(status).to.equal(200);
    expect((await router().send(`/v1/requests/${id}`, { key })).body['content_kept']).to.equal(false);
    expect((await read(id, key)).status).to.equal(404);
    expect(await rows()).to.equal(0);
  });

  it('is both bodies word for word, whole or streamed, on every surface', async () => {
    const { key } = await orgWith('keeping', 30);
    const asked = [
      await ask(key, '/v1/chat', { messages }),
      await ask(key, '/v1/chat/completions', { model: 'auto', messages, stream: true }),
      await ask(key, '/v1/messages', { model: 'auto', max_tokens: 100, messages, stream: true }),
      await ask(key, '/v1/agent-step', { messages }, { 'idempotency-key': 'once' }),
    ];
    for (const { sent, told, status, id } of asked) {
      expect(status, told).to.equal(200);
      const kept = await readKept(id, key);
      expect(kept['request']?.['body']).to.equal(sent);
      expect(kept['answer']?.['body']).to.equal(told);
      expect(kept['answer']?.['status']).to.equal(200);
      expect((await router().send(`/v1/requests/${id}`, { key })).body['content_kept']).to.equal(true);
    }
    expect(await rows()).to.equal(asked.length);
    // The first answer again is no request of its own; a body that was refused never became one.
    await ask(key, '/v1/agent-step', { messages }, { 'idempotency-key': 'once' });
    expect((await ask(key, '/v1/chat', { messages: 7 })).status).to.equal(400);
    expect((await ask(key, '/v1/chat', { messages })).status).to.equal(200);
    await until(async () => (await rows()) === asked.length + 1, { within: 5_000, what: 'the row' });
  });

  it('is another org’s to nobody, and is taken away by request, by user and when its time is over', async () => {
    const { key, orgId } = await orgWith('erasing', 2);
    const stranger = await router().createKey(['read'], 'strangers');
    const [one, two] = [await ask(key, '/v1/chat', { messages }), await ask(key, '/v1/chat', { messages })];
    await readKept(one.id, key);
    await readKept(two.id, key);
    expect((await read(one.id, stranger.key)).status).to.equal(404);
    const { postgres } = router();
    expect(await eraseContent(postgres, { requestId: one.id })).to.equal(1);
    expect((await read(one.id, key)).status).to.equal(404);
    const { rows: users } = await postgres.query<{ email: string }>('select email from users where org_id = $1', [
      orgId,
    ]);
    expect(await eraseContent(postgres, { email: users[0]?.email ?? '' })).to.be.at.least(1);
    expect((await read(two.id, key)).status).to.equal(404);
    const three = await ask(key, '/v1/chat', { messages });
    await readKept(three.id, key);
    expect(await expireCapturedContent(postgres, { now: () => Date.now() + DAY_MS })).to.equal(0);
    expect(await expireCapturedContent(postgres, { now: () => Date.now() + 2 * DAY_MS })).to.be.at.least(1);
    expect((await read(three.id, key)).status).to.equal(404);
  });

  it('that cannot be written costs no answer, and is told in the log', async () => {
    const { key } = await orgWith('unlucky', 1);
    await router().postgres.query('alter table captured_content rename to mislaid');
    try {
      const { status, id } = await ask(key, '/v1/chat', { messages });
      expect(status).to.equal(200);
      await until(
        () =>
          router().logged.some(
            ({ message, fields }) => /could not be kept/.test(message) && fields['requestId'] === id,
          ),
        { within: 5_000, what: 'the line in the log' },
      );
    } finally {
      await router().postgres.query('alter table mislaid rename to captured_content');
    }
  });
});
