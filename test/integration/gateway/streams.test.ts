// Streams over real HTTP: their framing, their commit point, their end behind the record, and callers who leave or read slowly.
import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { after, beforeEach } from 'mocha';
import { Client } from 'pg';
import type { DomainEvent, EventData } from '../../../src/domain/events.ts';
import { type FaultProvider, errorReply, openFaultProvider } from '../../support/faultProvider.ts';
import { type TestRouter, useRouter, withoutBreakers } from '../../support/router.ts';
import { type Streamed, readStream } from '../../support/streamed.ts';
import { until } from '../../support/until.ts';
import { frame, streamFrames, wordsOf } from '../../support/vendorReplies.ts';

const OPENAI = 'openai/gpt-5.4-mini';
const ANTHROPIC = 'anthropic/claude-sonnet-4-6';
const messages = [{ role: 'user', content: 'Count to ten.' }];
const words = wordsOf(10);
const { start, words: tokens, finish, done } = streamFrames('openai', words);
const WHOLE = [...start, ...tokens, ...finish, ...done];

function endOf(events: readonly DomainEvent[]): EventData<'RequestCompleted'> {
  const end = events.find(({ type }) => type === 'RequestCompleted');
  if (!end) throw new Error('there is no end');
  return end.data as EventData<'RequestCompleted'>;
}

describe('streams over HTTP', () => {
  let fault: FaultProvider;
  const router = useRouter(async () => ({
    providers: (fault = await openFaultProvider()),
    policy: withoutBreakers,
    streamTimes: { quietMs: 700, stallMs: 1_500 },
  }));
  beforeEach(() => fault.reset());
  after(() => fault.close());

  const ask = (body: object = {}, headers?: Record<string, string>): Promise<Streamed> =>
    readStream(router(), '/v1/chat/completions', { model: OPENAI, messages, ...body }, headers);

  it('are framed as clients of OpenAI expect', async () => {
    fault.script('openai', { frames: WHOLE });
    const streamed = await ask();
    expect(streamed.status).to.equal(200);
    expect(streamed.headers.get('content-type')).to.match(/^text\/event-stream/);
    expect(streamed.text).not.to.match(/^event:/m);
    expect(streamed.done).to.equal(true);
    expect(streamed.content).to.equal(words.join(''));
    expect(streamed.chunks.map(({ object }) => object)).to.satisfy((all: string[]) =>
      all.every((each) => each === 'chat.completion.chunk'),
    );
    expect(new Set(streamed.chunks.map(({ id, model }) => `${id} ${model}`)).size).to.equal(1);
    expect(streamed.chunks[0]?.model).to.equal(OPENAI);
    expect(streamed.chunks.at(-1)?.choices?.[0]?.finish_reason).to.equal('stop');
    expect(streamed.chunks.some(({ usage }) => usage)).to.equal(false);
    for (const name of ['provider', 'model', 'attempts', 'fallback', 'warnings', 'simulated'])
      expect(streamed.headers.has(`x-omni-${name}`), name).to.equal(true);
    expect(streamed.headers.has('x-omni-cost-usd')).to.equal(false);
    expect(fault.received[0]?.body).to.have.nested.property('stream_options.include_usage', true);
  });

  it('bring the count in a chunk of its own when it is asked for, and all of it when metadata is', async () => {
    fault.script('openai', { frames: WHOLE });
    const streamed = await ask({ stream_options: { include_usage: true } }, { 'x-omni-metadata': 'true' });
    const last = streamed.chunks.at(-1);
    expect(last?.choices).to.deep.equal([]);
    expect(last?.usage).to.include({ prompt_tokens: 20, completion_tokens: 10 });
    expect(streamed.chunks.slice(0, -1).every(({ usage }) => usage === null)).to.equal(true);
    expect(last?.omni).to.include({ request_id: streamed.requestId, provider: 'openai', attempts: 1 });
    expect(last?.omni?.['cost_usd']).to.equal(endOf(await router().eventsOf(streamed.requestId)).costUsd);
    const without = await ask({}, { 'x-omni-metadata': 'true' });
    expect(without.chunks.at(-1)?.omni).to.include({ provider: 'openai' });
    expect(without.chunks.at(-1)?.choices?.[0]?.finish_reason).to.equal('stop');
  });

  it('record usage, first token and cost like a whole answer', async () => {
    fault.script('openai', { frames: WHOLE });
    const { requestId } = await ask();
    const events = await router().eventsOf(requestId);
    expect(events.map(({ type }) => type)).to.deep.equal(['RequestRouted', 'ProviderAttempted', 'RequestCompleted']);
    const end = endOf(events);
    expect(end).to.include({ outcome: 'succeeded', modelId: OPENAI });
    expect(end.usage).to.include({ input: 20, output: 10 });
    expect(end.usage?.estimated).to.equal(undefined);
    expect(end.firstTokenMs).to.be.a('number');
    expect(events[0]?.data).to.have.nested.property('inputs.features.needs.streaming', true);
  });

  it('fall back when the first provider fails before its first token, whatever it had sent until then', async () => {
    for (const broken of [
      errorReply(503, 'server_is_overloaded'),
      { frames: start, cut: true },
      { frames: [...start, frame({ error: { message: 'busy', code: 503 } })] },
      { frames: [': waiting\n\n', ...start, ...done] },
    ]) {
      fault.reset();
      fault.script('openai', broken);
      fault.script('anthropic', { frames: Object.values(streamFrames('anthropic', words)).flat() });
      const streamed = await ask({ models: [ANTHROPIC] });
      expect(streamed.status).to.equal(200);
      expect(streamed.content).to.equal(words.join(''));
      expect(streamed.headers.get('x-omni-fallback')).to.equal('true');
      expect(streamed.headers.get('x-omni-model')).to.equal(ANTHROPIC);
      expect(streamed.done).to.equal(true);
    }
  });

  it('never switch the provider after the first token: an error chunk ends them, and the usage is estimated', async () => {
    fault.script('openai', { frames: [...start, ...tokens.slice(0, 5)], cut: true });
    const streamed = await ask({ models: [ANTHROPIC] });
    expect(streamed.status).to.equal(200);
    expect(streamed.content).to.equal(words.slice(0, 5).join(''));
    expect(streamed.done).to.equal(false);
    expect(streamed.chunks.at(-1)).to.deep.include({ model: OPENAI, object: 'chat.completion.chunk' });
    expect(streamed.chunks.at(-1)?.error).to.include({ code: 'provider_error', type: 'api_error' });
    expect(fault.received.map(({ vendor }) => vendor)).to.deep.equal(['openai']);
    const end = endOf(await router().eventsOf(streamed.requestId));
    expect(end).to.include({ outcome: 'failed', errorCode: 'provider_error', modelId: OPENAI, savingsUsd: null });
    expect(end.usage).to.include({ estimated: true });
    expect(end.usage?.output).to.be.greaterThan(3);
    expect(Number(end.costUsd)).to.be.greaterThan(0);
  });

  it('keep a quiet connection alive with comments, and tell a failure behind them in the stream', async () => {
    fault.script('openai', { frames: WHOLE, delayMs: 1_500 });
    const streamed = await ask();
    expect(streamed.frames[0]).to.equal(': OMNI PROCESSING');
    expect(streamed.headers.get('x-omni-model'), 'what is asked, already then').to.equal(OPENAI);
    expect(streamed.headers.get('x-omni-simulated')).to.equal('false');
    expect(streamed.content).to.equal(words.join(''));
    fault.script('openai', { ...errorReply(400, 'invalid_request_error'), delayMs: 1_500 });
    const failed = await ask();
    expect(failed.status).to.equal(200);
    expect(failed.chunks.at(-1)?.error).to.include({ code: 'validation_error' });
    expect(failed.chunks.at(-1)).to.include({ model: OPENAI }).and.to.have.property('created').that.is.greaterThan(1e9);
    expect(failed.done).to.equal(false);
  });

  it('answer an early failure with its status, like a whole answer', async () => {
    fault.script('openai', errorReply(429, 'rate_limit_exceeded', { 'retry-after': '7' }));
    const streamed = await ask();
    expect(streamed.status).to.equal(429);
    expect(streamed.headers.get('retry-after')).to.equal('7');
    expect(JSON.parse(streamed.text)).to.have.nested.property('error.code', 'providers_rate_limited');
  });

  it('release the last chunk only when the record is durable', async () => {
    fault.script('openai', { frames: WHOLE, delayMs: 300 });
    let seen = '';
    const client = new Client({ connectionString: router().connectionString });
    await client.connect();
    try {
      await client.query('begin');
      // Nobody else appends while this is held; the recorder waits two seconds before it takes to the spool.
      const routedBefore = fault.received.length;
      const reading = openRaw(router(), { model: OPENAI, messages, stream: true }, (text) => (seen += text));
      await until(() => fault.received.length > routedBefore, { what: 'the call' });
      await client.query('lock table eventlog.events in access exclusive mode');
      await until(() => seen.includes('w9 '), { what: 'the last token' });
      expect(seen).not.to.include('"finish_reason":"stop"');
      expect(seen).not.to.include('[DONE]');
      await client.query('commit');
      await reading;
    } finally {
      await client.end();
    }
    expect(seen).to.include('"finish_reason":"stop"');
    expect(seen).to.match(/data: \[DONE\]\n\n$/);
  });

  it('end the provider’s call and record cancelled, with what was used, when the caller leaves in the middle', async () => {
    fault.script('openai', { frames: [...start, ...tokens.slice(0, 6)], stall: true });
    const caller = new AbortController();
    const response = await fetch(`${router().url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${router().key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: OPENAI, messages, stream: true }),
      signal: caller.signal,
    });
    const requestId = response.headers.get('x-request-id') ?? '';
    await response.body?.getReader().read();
    caller.abort();
    await until(() => fault.received[0]?.gone, { what: 'the end of the provider’s call' });
    const events = await until(async () => {
      const found = await router().eventsOf(requestId);
      return found.length === 3 && found;
    });
    const end = endOf(events);
    expect(end).to.include({ outcome: 'cancelled', modelId: OPENAI });
    expect(end.usage).to.include({ estimated: true });
    expect(end.usage?.output).to.be.greaterThan(3);
  });

  it('hold the provider back for a slow reader, and cut off one that has stopped reading', async function () {
    this.timeout(15_000);
    const big = wordsOf(4_000).map((word) => word.padEnd(4_000, 'x'));
    const all = streamFrames('openai', big);
    fault.script('openai', { frames: [...all.start, ...all.words, ...all.finish, ...all.done] });
    const gone = new Promise<string>((resolve) => {
      const request = httpRequest(
        `${router().url}/v1/chat/completions`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${router().key}`, 'content-type': 'application/json' },
        },
        (response) => {
          const requestId = String(response.headers['x-request-id']);
          // Its head was read, nothing more ever is.
          response.pause();
          response.once('close', () => resolve(requestId)).once('error', () => undefined);
        },
      );
      request.on('error', () => undefined);
      request.end(JSON.stringify({ model: OPENAI, messages, stream: true }));
    });
    await until(() => fault.received[0]?.gone, { what: 'the end of the provider’s call', within: 8_000 });
    expect(fault.sentBytes(), 'not all of 16 MB was taken in').to.be.lessThan(12_000_000);
    void gone;
  });

  it('speak the short form on /v1/chat, with the whole answer at the end', async () => {
    fault.script('openai', { frames: WHOLE });
    const streamed = await readStream(router(), '/v1/chat', { model: OPENAI, messages });
    expect(
      streamed.chunks
        .slice(0, -1)
        .map(({ delta }) => delta)
        .join(''),
    ).to.equal(words.join(''));
    expect(streamed.chunks.at(-1)).to.include({
      done: true,
      output: words.join(''),
      model_used: 'gpt-5.4-mini',
      finish_reason: 'stop',
      request_id: streamed.requestId,
    });
    expect(streamed.done).to.equal(true);
    fault.script('openai', { frames: [...start, ...tokens.slice(0, 2)], cut: true });
    const broken = await readStream(router(), '/v1/chat', { model: OPENAI, messages });
    expect(broken.chunks.at(-1)?.error).to.include({ code: 'provider_error' });
    expect(broken.done).to.equal(false);
  });
});

function openRaw(router: TestRouter, body: object, onText: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${router.url}/v1/chat/completions`,
      { method: 'POST', headers: { authorization: `Bearer ${router.key}`, 'content-type': 'application/json' } },
      (response) => {
        response.setEncoding('utf8').on('data', onText).once('end', resolve).once('error', reject);
      },
    );
    request.once('error', reject);
    request.end(JSON.stringify(body));
  });
}
