// What one request does and leaves behind: fallback, retry, a caller who hangs up, and exactly one decision and one end in the log.
import { expect } from 'chai';
import { after, beforeEach } from 'mocha';
import { type DomainEvent, type EventOf, requestStream } from '../../../src/domain/events.ts';
import { formatUsd, parseUsd } from '../../../src/domain/money.ts';
import { costOf, costUsd } from '../../../src/domain/usage.ts';
import { type FaultProvider, errorReply, openFaultProvider } from '../../support/faultProvider.ts';
import { useRouter, withoutBreakers } from '../../support/router.ts';
import { until } from '../../support/until.ts';

const OPENAI = 'openai/gpt-5.4-mini';
const ANTHROPIC = 'anthropic/claude-sonnet-4-6';
const GROQ = 'groq/openai/gpt-oss-120b';
const messages = [{ role: 'user', content: 'What is the capital of France?' }];

const attemptsOf = (events: readonly DomainEvent[]) =>
  events.flatMap((event) => (event.type === 'ProviderAttempted' ? [event.data] : []));
function endOf(events: readonly DomainEvent[]): EventOf<'RequestCompleted'>['data'] {
  const last = events.at(-1);
  if (last?.type !== 'RequestCompleted') throw new Error('the story has no end');
  return last.data;
}

describe('a request through the gateway', () => {
  let fault: FaultProvider;
  const router = useRouter(async () => ({ providers: (fault = await openFaultProvider()), policy: withoutBreakers }));
  beforeEach(() => fault.reset());
  after(() => fault.close());

  async function ask(body: object) {
    const reply = await router().send('/v1/chat', { body: { messages, ...body } });
    const requestId = reply.headers.get('x-request-id') ?? '';
    return { reply, requestId, events: await router().eventsOf(requestId) };
  }

  it('falls back across vendors and records each attempt in order', async () => {
    fault.script('openai', errorReply(401, 'invalid_api_key'));
    fault.script('anthropic', { status: 200, body: 'no JSON at all' });
    const { reply, events } = await ask({ models: [OPENAI, ANTHROPIC, GROQ] });
    expect(reply.status).to.equal(200);
    expect(events.map(({ type }) => type)).to.deep.equal([
      'RequestRouted',
      'ProviderAttempted',
      'ProviderAttempted',
      'ProviderAttempted',
      'RequestCompleted',
    ]);
    expect(attemptsOf(events).map((one) => [one.attempt, one.modelId, one.outcome, one.providerStatus])).to.deep.equal([
      [1, OPENAI, 'unauthorized', 401],
      [2, ANTHROPIC, 'malformed-reply', 200],
      [3, GROQ, 'succeeded', 200],
    ]);
    expect(reply.headers.get('x-omni-model')).to.equal(GROQ);
    expect(reply.headers.get('x-omni-provider')).to.equal('groq');
    expect(reply.headers.get('x-omni-attempts')).to.equal('3');
    expect(reply.headers.get('x-omni-fallback')).to.equal('true');
    expect(fault.received.map(({ vendor }) => vendor)).to.deep.equal(['openai', 'anthropic', 'groq']);
  });

  it('leaves a named model when a fallback is allowed, and not otherwise', async () => {
    fault.script('openai', errorReply(401, 'invalid_api_key'), errorReply(401, 'invalid_api_key'));
    const alone = await ask({ model: OPENAI });
    expect([alone.reply.status, alone.reply.headers.get('x-omni-attempts')]).to.deep.equal([502, null]);
    const followed = await ask({ model: OPENAI, provider: { allow_fallbacks: true, ignore: ['openai'] } });
    expect(followed.reply.status).to.equal(200);
    const other = await ask({ model: OPENAI, provider: { allow_fallbacks: true } });
    expect(other.reply.status).to.equal(200);
    expect(attemptsOf(other.events)[0]?.modelId).to.equal(OPENAI);
    expect(other.reply.headers.get('x-omni-fallback')).to.equal('true');
  });

  it('asks a named model for no more than it can give, says so, and knows its dated name', async () => {
    const { reply } = await ask({ model: 'claude-haiku-4-5-20251001', max_tokens: 100_000 });
    expect(reply.status).to.equal(200);
    expect(reply.headers.get('x-omni-model')).to.equal('anthropic/claude-haiku-4-5');
    expect(reply.headers.get('x-omni-warnings')).to.include('max_tokens 100000 was sent as 64000');
    expect(fault.received[0]?.body).to.include({ max_tokens: 64_000 });
  });

  it('retries the same model once after a 500 and then answers', async () => {
    fault.script('openai', errorReply(500, 'server_error'), {});
    const { reply, events } = await ask({ model: OPENAI });
    expect(reply.status).to.equal(200);
    expect(attemptsOf(events).map(({ modelId, outcome }) => [modelId, outcome])).to.deep.equal([
      [OPENAI, 'server-error'],
      [OPENAI, 'succeeded'],
    ]);
    expect(reply.headers.get('x-omni-fallback')).to.equal('false');
  });

  it('records what a call cost as the catalog’s prices say, and tells the caller the same', async () => {
    for (const modelId of [OPENAI, ANTHROPIC, GROQ]) {
      const { reply, events } = await ask({ model: modelId });
      const end = endOf(events);
      const [attempt] = attemptsOf(events);
      if (!end.usage || !attempt) throw new Error('there is no usage');
      expect(end.usage).to.include({ input: 20, output: 8 });
      const prices = router().gateway.catalog().models.get(modelId)?.prices;
      const cost = costUsd(costOf(end.usage, prices, Date.parse(end.routedAt)));
      expect(cost).to.be.a('string');
      expect(parseUsd(cost ?? '0') > 0n).to.equal(true);
      expect([
        end.costUsd,
        attempt.costUsd,
        reply.body['cost_usd'],
        reply.headers.get('x-omni-cost-usd'),
      ]).to.deep.equal([cost, cost, cost, cost]);
      expect(end.baselineCostUsd).to.be.a('string');
      expect(end.savingsUsd).to.equal(formatUsd(parseUsd(end.baselineCostUsd ?? '0') - parseUsd(cost ?? '0')));
    }
  });

  it('records exactly one decision and one end for each of many requests at once, failed ones too', async () => {
    fault.script('anthropic', errorReply(400, 'invalid_request_error'));
    const asked = await Promise.all(
      Array.from({ length: 40 }, (_, index) => ask({ model: index % 2 === 0 ? OPENAI : ANTHROPIC })),
    );
    expect(new Set(asked.map(({ requestId }) => requestId)).size).to.equal(40);
    for (const [index, { reply, events, requestId }] of asked.entries()) {
      const well = index % 2 === 0;
      expect(reply.status).to.equal(well ? 200 : 400);
      expect(events.map(({ type }) => type)).to.deep.equal(['RequestRouted', 'ProviderAttempted', 'RequestCompleted']);
      expect(endOf(events)).to.include({
        requestId,
        outcome: well ? 'succeeded' : 'failed',
        errorCode: well ? null : 'validation_error',
        attempts: 1,
      });
    }
  });

  it('records a request that no model could take, without an attempt', async () => {
    const { reply, events } = await ask({ model: 'auto', max_cost: 0.000_000_001 });
    expect(reply.status).to.equal(400);
    expect(events.map(({ type }) => type)).to.deep.equal(['RequestRouted', 'RequestCompleted']);
    expect(endOf(events)).to.include({ outcome: 'failed', errorCode: 'no_eligible_model', modelId: null });
  });

  it('records nothing for a body that it refuses, nor for a debug call', async () => {
    const refused = await ask({ priority: 'none' });
    const debug = await router().send('/v1/router/debug', { body: { messages } });
    expect([refused.reply.status, debug.status]).to.deep.equal([400, 200]);
    expect(refused.events).to.deep.equal([]);
    expect(await router().eventsOf(debug.headers.get('x-request-id') ?? '')).to.deep.equal([]);
    expect(fault.received).to.have.length(0);
  });

  it('ends the provider’s call and records cancelled when the caller hangs up', async () => {
    fault.script('openai', { hang: true });
    const caller = new AbortController();
    const gone = router()
      .send('/v1/chat', { body: { messages, models: [OPENAI, ANTHROPIC] }, signal: caller.signal })
      .then(
        () => 'answered',
        (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
      );
    const call = await until(() => fault.received[0], { what: 'the call of the provider' });
    caller.abort();
    expect(await gone).to.equal('AbortError');
    await until(() => call.gone, { what: 'the end of the provider’s call' });
    const requestId = String(call.headers['x-client-request-id']);
    const events = await until(async () => {
      const found = await router().eventsOf(requestId);
      return found.length === 3 && found;
    });
    expect(attemptsOf(events).map(({ modelId, outcome }) => [modelId, outcome])).to.deep.equal([[OPENAI, 'cancelled']]);
    expect(endOf(events)).to.include({ outcome: 'cancelled', attempts: 1 });
    // The vendor was at work: what it bills is an estimate, and not nothing.
    const [attempt] = attemptsOf(events);
    expect(attempt?.usage).to.include({ estimated: true });
    expect(attempt?.usage?.input).to.be.greaterThan(0);
    expect(attempt?.usage?.output).to.be.greaterThan(0);
    expect(Number(endOf(events)?.costUsd)).to.be.greaterThan(0);
    expect(fault.received.map(({ vendor }) => vendor)).to.deep.equal(['openai']);
  });

  it('answers while the log is away, keeps the events on disk, and hands them over when it is back', async () => {
    const { recorder, log } = router();
    const before = recorder.status();
    expect(before.spoolDepth).to.equal(0);
    log.away = true;
    const asked = await Promise.all([1, 2, 3].map(() => ask({ model: OPENAI })));
    expect(asked.map(({ reply }) => reply.status)).to.deep.equal([200, 200, 200]);
    expect(asked.flatMap(({ events }) => events)).to.deep.equal([]);
    expect(recorder.status().spoolDepth).to.be.at.least(6);
    const ready = await router().send('/ready', { key: null });
    expect([ready.status, ready.body['status']]).to.deep.equal([200, 'degraded']);

    log.away = false;
    await until(() => recorder.status().spoolDepth === 0, { within: 8_000, what: 'the end of the spool' });
    for (const { requestId } of asked) {
      const events = await router().eventsOf(requestId);
      expect(events.map(({ type }) => type)).to.deep.equal(['RequestRouted', 'ProviderAttempted', 'RequestCompleted']);
      const revisions: bigint[] = [];
      for await (const { revision } of router().store.readStream(requestStream(requestId))) revisions.push(revision);
      expect(revisions).to.deep.equal([0n, 1n, 2n]);
    }
    expect(recorder.status().conflicts).to.equal(before.conflicts);
  }).timeout(20_000);
});
