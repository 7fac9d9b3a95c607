// Idempotency-Key over HTTP: one upstream call for twins, the same answer for a day, nothing kept of what went wrong.
import { expect } from 'chai';
import { after, beforeEach } from 'mocha';
import { expireKeptAnswers } from '../../../src/accounts/keptAnswers.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { type FaultProvider, errorReply, openFaultProvider } from '../../support/faultProvider.ts';
import { type Reply, type Send, useRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';

const MODEL = 'openai/gpt-5.4-mini';
const messages = [{ role: 'user', content: 'What is the capital of France?' }];
const body = { messages, model: MODEL };

const sse = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

const chunk = (delta: object, finish: string | null) =>
  sse({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });

describe('Idempotency-Key', () => {
  let fault: FaultProvider;
  let keys = 0;
  let headers: Record<string, string> = {};
  const router = useRouter(async () => ({ providers: (fault = await openFaultProvider()) }));
  beforeEach(() => {
    fault.reset();
    headers = { 'idempotency-key': `key-${(keys += 1)}` };
  });
  after(() => fault.close());

  const ask = (sent: Send = {}, path = '/v1/chat'): Promise<Reply> => router().send(path, { body, headers, ...sent });

  const stream = async () => {
    const response = await fetch(`${router().url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${router().key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, stream: true }),
    });
    return { type: response.headers.get('content-type'), text: await response.text() };
  };

  it('gives the first answer again, headers and id included, without a second call', async () => {
    const first = await ask();
    const second = await ask();
    expect(second.status).to.equal(200);
    expect(second.body).to.deep.equal(first.body);
    for (const name of ['x-request-id', 'x-omni-model', 'x-omni-cost-usd', 'content-type'])
      expect(second.headers.get(name), name).to.equal(first.headers.get(name));
    expect([first, second].map((reply) => reply.headers.get('idempotent-replayed'))).to.deep.equal([null, 'true']);
    expect(fault.received).to.have.length(1);
  });

  it('makes one call for twins at the same time', async () => {
    fault.script('openai', { delayMs: 300 });
    const replies = await Promise.all(Array.from({ length: 8 }, () => ask()));
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).to.equal(1);
    expect(fault.received).to.have.length(1);
  });

  it('refuses the key with another body or on another path', async () => {
    await ask();
    for (const reply of [await ask({ body: { ...body, max_tokens: 5 } }), await ask({}, '/v1/chat/completions')])
      expect([reply.status, reply.body['error']?.['code']]).to.deep.equal([422, 'idempotency_conflict']);
    expect(fault.received).to.have.length(1);
  });

  it('belongs to one caller: the same key of another one is another request', async () => {
    await ask();
    const other = await router().createKey(['chat'], 'somebody else');
    const reply = await ask({ key: other.key });
    expect(reply.headers.get('idempotent-replayed')).to.equal(null);
    expect(fault.received).to.have.length(2);
  });

  it('keeps no error: the next request with that key tries anew', async () => {
    fault.script('openai', errorReply(400, 'invalid_request_error'));
    expect((await ask()).status).to.equal(400);
    fault.reset();
    expect((await ask()).status).to.equal(200);
  });

  it('makes the answer whole when its caller leaves, for when they ask again', async () => {
    fault.script('openai', { delayMs: 500 });
    const gone = new AbortController();
    const left = ask({ signal: gone.signal }).catch(() => 'left');
    await until(() => fault.received.length > 0, { what: 'the call' });
    gone.abort();
    expect(await left).to.equal('left');
    const again = await ask();
    expect([again.status, again.headers.get('idempotent-replayed')]).to.deep.equal([200, 'true']);
    expect(fault.received).to.have.length(1);
    const [end] = (await router().eventsOf(again.headers.get('x-request-id') ?? '')).slice(-1);
    expect(end?.data).to.include({ outcome: 'succeeded' });
  });

  it('gives the key back when the caller of a stream leaves', async () => {
    const gone = new AbortController();
    const stream = { ...body, stream: true };
    fault.script('openai', { hang: true });
    const left = ask({ body: stream, signal: gone.signal }).catch(() => 'left');
    await until(() => fault.received.length > 0, { what: 'the call' });
    gone.abort();
    expect(await left).to.equal('left');
    fault.reset();
    fault.script('openai', errorReply(400, 'invalid_request_error'));
    // Its own answer, and not a wait for one that will never come.
    expect((await ask({ body: stream })).status).to.equal(400);
  });

  it('gives a stream again as it was', async () => {
    fault.script('openai', {
      headers: { 'content-type': 'text/event-stream' },
      body: `${chunk({ role: 'assistant', content: 'Paris' }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`,
    });
    const first = await stream();
    expect(first.text).to.include('Paris').and.include('[DONE]');
    expect(await stream()).to.deep.equal(first);
    expect(fault.received).to.have.length(1);
  });

  it('is checked for its form', async () => {
    for (const key of ['with space', 'x'.repeat(256)]) {
      const reply = await ask({ headers: { 'idempotency-key': key } });
      expect([reply.status, reply.body['error']?.['param']]).to.deep.equal([400, 'Idempotency-Key']);
    }
  });

  it('is taken over from a process that died, and forgotten after a day', async () => {
    await ask();
    const { postgres } = router();
    const key = headers['idempotency-key'];
    await postgres.query(
      "update kept_answers set status = null, body = null, lease_until = now() - interval '1 second' where idempotency_key = $1",
      [key],
    );
    expect((await ask()).headers.get('idempotent-replayed')).to.equal(null);
    const kept = async () =>
      (await postgres.query('select from kept_answers where idempotency_key = $1', [key])).rowCount;
    expect(await kept()).to.equal(1);
    await expireKeptAnswers(postgres, { now: () => systemClock.now() + 24 * 3_600_000 + 1_000 });
    expect(await kept()).to.equal(0);
  });
});
