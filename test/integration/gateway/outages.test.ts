// The database away, the process stopping, callers who send nothing: what is answered meanwhile, and that nothing is lost.
import { connect } from 'node:net';
import { expect } from 'chai';
import { after, before, beforeEach } from 'mocha';
import type { DomainEvent, EventData } from '../../../src/domain/events.ts';
import { type FaultProvider, openFaultProvider } from '../../support/faultProvider.ts';
import { type TestRouter, openTestRouter, useRouter, withoutBreakers } from '../../support/router.ts';
import { readStream } from '../../support/streamed.ts';
import { type TcpProxy, openTcpProxy } from '../../support/tcpProxy.ts';
import { until } from '../../support/until.ts';
import { streamFrames, wordsOf } from '../../support/vendorReplies.ts';

const OPENAI = 'openai/gpt-5.4-mini';
const messages = [{ role: 'user', content: 'What is the capital of France?' }];

function endOf(events: readonly DomainEvent[]): EventData<'RequestCompleted'> | undefined {
  return events.find(({ type }) => type === 'RequestCompleted')?.data as EventData<'RequestCompleted'> | undefined;
}

describe('while the database is away', () => {
  let fault: FaultProvider;
  let proxy: TcpProxy;
  let router: TestRouter;
  before(async function () {
    this.timeout(40_000);
    fault = await openFaultProvider();
    let direct: URL | undefined;
    proxy = await openTcpProxy(() => ({ host: '127.0.0.1', port: Number(direct?.port) }));
    router = await openTestRouter({
      providers: fault,
      policy: withoutBreakers,
      through(databaseUrl) {
        direct = new URL(databaseUrl);
        return databaseUrl.replace(`:${direct.port}/`, `:${proxy.port}/`);
      },
    });
  });
  after(async function () {
    this.timeout(20_000);
    proxy.mend();
    await router.close();
    await proxy.close();
    await fault.close();
  });

  it('known keys are answered, whole and streamed, others and reads hear why not, and all of it is in the log afterwards', async function () {
    this.timeout(40_000);
    const other = await router.createKey(['chat']);
    expect((await router.send('/v1/chat', { body: { messages, model: OPENAI } })).status).to.equal(200);
    proxy.cut();
    const { start, words, finish, done } = streamFrames('openai', wordsOf(3));
    fault.script('openai', {}, { frames: [...start, ...words, ...finish, ...done] });
    const whole = await router.send('/v1/chat', { body: { messages, model: OPENAI } });
    expect(whole.status).to.equal(200);
    const streamed = await readStream(router, '/v1/chat/completions', { model: OPENAI, messages });
    expect(streamed.done).to.equal(true);
    const usage = await router.send('/v1/usage');
    expect([usage.status, usage.body['error']?.['code']]).to.deep.equal([503, 'overloaded']);
    expect(Number(usage.headers.get('retry-after'))).to.be.greaterThan(0);
    const unknown = await router.send('/v1/chat', { key: other.key, body: { messages } });
    expect([unknown.status, unknown.body['error']?.['code']]).to.deep.equal([503, 'overloaded']);
    const ready = await router.send('/ready', { key: null });
    expect([ready.status, ready.body['status']]).to.deep.equal([200, 'degraded']);
    expect(Number(ready.body['spool']?.['depth'])).to.be.greaterThan(0);
    proxy.mend();
    fault.reset();
    await until(() => router.recorder.status().spoolDepth === 0, { within: 20_000, what: 'an empty spool' });
    for (const id of [whole.headers.get('x-request-id') ?? '', streamed.requestId]) {
      const events = await router.eventsOf(id);
      expect(events.map(({ type }) => type)).to.deep.equal(['RequestRouted', 'ProviderAttempted', 'RequestCompleted']);
    }
    expect((await router.send('/v1/usage')).status).to.equal(200);
    expect((await router.send('/v1/chat', { key: other.key, body: { messages, model: OPENAI } })).status).to.equal(200);
  });
});

describe('a process that is to stop', () => {
  let fault: FaultProvider;
  const router = useRouter(async () => ({ providers: (fault = await openFaultProvider()), policy: withoutBreakers }));
  beforeEach(() => fault.reset());
  after(() => fault.close());

  it('takes no more, lets what runs go on for a while, then ends it with an error, and records all of it', async () => {
    const { start, words } = streamFrames('openai', wordsOf(3));
    fault.script('openai', { frames: [...start, ...words], stall: true }, { hang: true });
    const streaming = readStream(router(), '/v1/chat/completions', { model: OPENAI, messages });
    await until(() => fault.received.length === 1, { what: 'the first call' });
    const waiting = router().send('/v1/chat', { body: { messages, model: OPENAI } });
    await until(() => fault.received.length === 2, { what: 'the second call' });
    const drained = router().gateway.drain(300);
    const refused = await router().send('/v1/chat', { body: { messages } });
    expect([refused.status, refused.body['error']?.['code']]).to.deep.equal([503, 'overloaded']);
    expect(refused.headers.get('retry-after')).to.match(/^\d+$/);
    const ready = await router().send('/ready', { key: null });
    expect([ready.status, ready.body['status']]).to.deep.equal([503, 'unavailable']);
    await drained;
    const broken = await streaming;
    expect(broken.chunks.at(-1)?.error).to.include({ code: 'overloaded' });
    expect(broken.done).to.equal(false);
    const ended = await waiting;
    expect([ended.status, ended.body['error']?.['code']]).to.deep.equal([503, 'overloaded']);
    for (const id of [broken.requestId, ended.headers.get('x-request-id') ?? '']) {
      expect(endOf(await router().eventsOf(id))).to.include({ outcome: 'failed', errorCode: 'overloaded' });
    }
    await until(() => fault.received.every(({ gone }) => gone), { what: 'the end of the providers’ calls' });
  });
});

describe('a caller who sends slowly', () => {
  const router = useRouter(() => ({ serverTimes: { headersMs: 300, requestMs: 600, lookEveryMs: 50 } }));

  const send = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const { port } = new URL(router().url);
      const socket = connect(Number(port), '127.0.0.1');
      let heard = '';
      socket.setEncoding('utf8').on('data', (more: string) => (heard += more));
      socket.on('error', () => undefined).once('close', () => resolve(heard));
      socket.write(text);
    });

  it('is cut off before its headers have ended, and in the middle of its body', async () => {
    const headers = `POST /v1/chat HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${router().key}\r\n`;
    const answer = await send(headers);
    expect(answer).to.match(/^HTTP\/1\.1 408/);
    expect(answer)
      .to.include('"code":"request_timeout"')
      .and.to.match(/\r\nx-request-id: [\da-f-]{36}\r\n/);
    const begun = `${headers}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"messages": [`;
    expect(await send(begun)).to.match(/^HTTP\/1\.1 408/);
    expect((await router().send('/health', { key: null })).status).to.equal(200);
  });
});
