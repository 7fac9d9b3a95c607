// What the network does to us, on a real loopback server: time, size, pages instead of JSON, broken streams, abort.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type HttpPool, openHttpPool, postJson } from '../../../src/providers/http.ts';
import { createEventDecoder, postForEvents } from '../../../src/providers/httpStream.ts';
import { createAnthropic } from '../../../src/providers/anthropic.ts';
import { createOpenAi } from '../../../src/providers/openai.ts';
import { ANTHROPIC_STREAM } from '../../fixtures/wire/anthropic.ts';
import { OPENAI_STREAM, OPENAI_TEXT } from '../../fixtures/wire/openai.ts';
import { callOptions } from '../../support/callOptions.ts';
import { collectStream } from '../../support/collectStream.ts';
import { failureOf } from '../../support/failureOf.ts';
import { until } from '../../support/until.ts';
import { type WireServer, openWireServer, sendJson, sendSse, toSse } from '../../support/wireServer.ts';

const CHAT = { messages: [{ role: 'user' as const, content: 'hi' }] };
const quick = (more: object = {}) =>
  callOptions({ timeouts: { connectMs: 200, firstTokenMs: 120, idleMs: 120, wholeMs: 400, streamMs: 400, ...more } });

describe('An exchange with a vendor', () => {
  let pool: HttpPool;
  let server: WireServer | undefined;
  beforeEach(() => {
    pool = openHttpPool(Date.now);
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await pool.close();
  });
  const openai = (url: string) => createOpenAi({ apiKey: 'key-1', baseUrl: `${url}/v1`, pool });

  it('sends the key, the client request id and JSON, and reads the vendor request id', async () => {
    server = await openWireServer((response) => sendJson(response, OPENAI_TEXT));
    const answer = await openai(server.url).complete(CHAT, callOptions({ modelName: 'm' }));
    expect(answer.providerRequestId).to.equal('req-1');
    expect(server.asked[0]?.path).to.equal('/v1/chat/completions');
    expect(server.asked[0]?.headers).to.include({
      authorization: 'Bearer key-1',
      'x-client-request-id': callOptions().requestId,
      'content-type': 'application/json',
    });
    expect(server.asked[0]?.body).to.deep.equal({ model: 'm', messages: CHAT.messages });
  });

  it('asks for usage in a stream', async () => {
    server = await openWireServer((response) => sendSse(response, toSse(OPENAI_STREAM, 'openai')));
    const all = await collectStream(openai(server.url).stream(CHAT, callOptions()));
    expect(server.asked[0]?.body).to.deep.include({ stream: true, stream_options: { include_usage: true } });
    expect(all.content).to.equal(OPENAI_TEXT.choices[0]?.message.content);
  });

  it('asks once, however retryable the failure is', async () => {
    server = await openWireServer((response) => sendJson(response, { error: { message: 'm' } }, 503));
    expect((await failureOf(openai(server.url).complete(CHAT, callOptions()))).kind).to.equal('overloaded');
    expect(server.asked).to.have.length(1);
  });

  it('times out on a mute vendor, whole and streamed', async () => {
    server = await openWireServer(() => {});
    expect((await failureOf(openai(server.url).complete(CHAT, quick({ wholeMs: 150 })))).kind).to.equal('timed-out');
    expect((await failureOf(collectStream(openai(server.url).stream(CHAT, quick())))).kind).to.equal('timed-out');
  });

  it('times out on an answer that drips for ever', async () => {
    server = await openWireServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const beat = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(beat));
    });
    expect((await failureOf(openai(server.url).complete(CHAT, quick({ wholeMs: 150 })))).kind).to.equal('timed-out');
  });

  it('times out when only comments come, although they keep the connection alive', async () => {
    server = await openWireServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const beat = setInterval(() => response.write(': PROCESSING\n\n'), 20);
      response.on('close', () => clearInterval(beat));
    });
    const failure = await failureOf(collectStream(openai(server.url).stream(CHAT, quick())));
    expect(failure.kind).to.equal('timed-out');
    const { closedEarly } = server;
    await until(() => closedEarly() === 1, { what: 'the end of the upstream call' });
  });

  it('times out when a stream falls silent in the middle, with the usage so far', async () => {
    server = await openWireServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(toSse(ANTHROPIC_STREAM.slice(0, 4), 'anthropic'));
    });
    const provider = createAnthropic({ apiKey: 'k', baseUrl: server.url, pool });
    const failure = await failureOf(collectStream(provider.stream(CHAT, quick())));
    expect(failure.kind).to.equal('timed-out');
    expect(failure.usage).to.include({ input: 25, cachedInput: 3_000 });
  });

  it('says unreachable when nobody listens', async () => {
    server = await openWireServer(() => {});
    const { url } = server;
    await server.close();
    server = undefined;
    expect((await failureOf(openai(url).complete(CHAT, quick()))).kind).to.equal('unreachable');
    expect((await failureOf(collectStream(openai(url).stream(CHAT, quick())))).kind).to.equal('unreachable');
  });

  it('says unreachable when the connection dies before an answer', async () => {
    server = await openWireServer((response) => {
      response.destroy();
    });
    expect((await failureOf(openai(server.url).complete(CHAT, quick()))).kind).to.equal('unreachable');
  });

  it('calls a page in place of JSON malformed, whole and streamed', async () => {
    server = await openWireServer((response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>Network connection lost.</html>');
    });
    expect((await failureOf(openai(server.url).complete(CHAT, quick()))).kind).to.equal('malformed-reply');
    expect((await failureOf(collectStream(openai(server.url).stream(CHAT, quick())))).kind).to.equal('malformed-reply');
  });

  it('reads the error that comes as one JSON body in place of a stream', async () => {
    server = await openWireServer((response) => sendJson(response, { error: { code: 429, message: 'm' } }));
    expect((await failureOf(collectStream(openai(server.url).stream(CHAT, quick())))).kind).to.equal('rate-limited');
  });

  it('follows no redirect', async () => {
    server = await openWireServer((response) => sendJson(response, {}, 307, { location: '/elsewhere' }));
    expect((await failureOf(openai(server.url).complete(CHAT, quick()))).kind).to.equal('malformed-reply');
    expect(server.asked).to.have.length(1);
  });

  it('reads no more than it must of an endless answer', async () => {
    server = await openWireServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const part = Buffer.alloc(1024 * 1024, 0x20);
      const pump = (): void => {
        while (!response.destroyed && response.write(part));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    const { timeouts, signal } = callOptions();
    const failure = await failureOf(postJson(pool, { url: server.url, headers: {}, body: {}, timeouts, signal }));
    expect(failure.kind).to.equal('malformed-reply');
  });

  it('calls an event that is no JSON malformed, and a cut in the middle of one a cut', async () => {
    const begin = toSse(OPENAI_STREAM.slice(0, 2), 'gemini');
    server = await openWireServer((response) => sendSse(response, `${begin}data: {broken}\n\n`));
    expect((await failureOf(collectStream(openai(server.url).stream(CHAT, quick())))).kind).to.equal('malformed-reply');
    await server.close();
    server = await openWireServer((response) => sendSse(response, `${begin}data: {"choices":[{"ind`));
    expect((await failureOf(collectStream(openai(server.url).stream(CHAT, quick())))).kind).to.equal('stream-cut');
  });

  it('does not take [DONE] or a clean end for a finish reason', async () => {
    for (const kind of ['openai', 'gemini'] as const) {
      const text = toSse(OPENAI_STREAM.slice(0, 3), kind);
      server = await openWireServer((response) => sendSse(response, text));
      const failure = await failureOf(collectStream(openai(server.url).stream(CHAT, quick())));
      expect(failure).to.include({ kind: 'stream-cut', providerRequestId: 'req-1' });
      await server.close();
    }
  });

  it('is content with a stream that breaks after its finish reason', async () => {
    server = await openWireServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(toSse(OPENAI_STREAM.slice(0, 4), 'gemini'), () => response.destroy());
    });
    const all = await collectStream(openai(server.url).stream(CHAT, quick()));
    expect(all).to.include({ finish: 'stop', usage: undefined });
  });

  it('ends the upstream call when the caller goes away or stops to read', async () => {
    server = await openWireServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(toSse(OPENAI_STREAM.slice(0, 2), 'gemini'));
    });
    const { closedEarly } = server;
    const caller = new AbortController();
    const options = callOptions({ signal: caller.signal });
    const failure = await failureOf(async () => {
      for await (const chunk of openai(server?.url ?? '').stream(CHAT, options))
        if (chunk.kind === 'delta') caller.abort();
    });
    expect(failure.kind).to.equal('cancelled');
    await until(() => closedEarly() === 1, { what: 'the end of the first call' });
    for await (const chunk of openai(server.url).stream(CHAT, callOptions())) if (chunk.kind === 'delta') break;
    await until(() => closedEarly() === 2, { what: 'the end of the second call' });
  });

  it('is cancelled while it waits, and timed out when the signal says so', async () => {
    server = await openWireServer(() => {});
    const { asked } = server;
    const caller = new AbortController();
    const waiting = failureOf(openai(server.url).complete(CHAT, callOptions({ signal: caller.signal })));
    await until(() => asked.length === 1, { what: 'the call' });
    caller.abort();
    expect((await waiting).kind).to.equal('cancelled');
    const signal = AbortSignal.timeout(40);
    expect((await failureOf(openai(server.url).complete(CHAT, callOptions({ signal })))).kind).to.equal('timed-out');
    expect((await failureOf(openai(server.url).complete(CHAT, callOptions({ signal })))).kind).to.equal('timed-out');
  });

  it('uses its connections again after streams that were read to their end', async () => {
    const sockets = new Set<unknown>();
    server = await openWireServer((response) => {
      sockets.add(response.socket);
      sendSse(response, toSse(OPENAI_STREAM, 'openai'));
    });
    for (let time = 0; time < 5; time += 1) await collectStream(openai(server.url).stream(CHAT, callOptions()));
    // The first may still be draining when the second call begins.
    expect(sockets.size).to.be.at.most(2);
  });

  it('gives the events of a stream over HTTP one by one', async () => {
    server = await openWireServer((response) => sendSse(response, toSse(['a', 'b'], 'openai')));
    const { timeouts, signal } = callOptions();
    const reply = await postForEvents(pool, { url: server.url, headers: {}, body: {}, timeouts, signal });
    const events: string[] = [];
    for await (const data of reply.events) events.push(data);
    expect(events).to.deep.equal(['"a"', '"b"', '[DONE]']);
  });
});

describe('The decoder of events', () => {
  const text = `: comment\r\n\r\n${toSse(ANTHROPIC_STREAM, 'anthropic')}`;
  const bytes = new TextEncoder().encode(text);
  const whole = createEventDecoder()(bytes);

  it('gives the same events wherever the bytes are split, also inside a character', () => {
    expect(whole).to.have.length(ANTHROPIC_STREAM.length);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
        const decode = createEventDecoder();
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const events = edges.slice(1).flatMap((edge, at) => decode(bytes.subarray(edges[at], edge)));
        expect(events).to.deep.equal(whole);
      }),
    );
    const decode = createEventDecoder();
    expect([...bytes].flatMap((byte) => decode(Uint8Array.of(byte)))).to.deep.equal(whole);
  });
});
