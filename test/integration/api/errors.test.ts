// Every error that a caller can be told by this version, over real HTTP and in its exact shape.
import { expect } from 'chai';
import { after, before, beforeEach } from 'mocha';
import { ERROR_CATALOGUE, type ErrorCode } from '../../../src/domain/errors.ts';
import { type FaultProvider, errorReply, openFaultProvider } from '../../support/faultProvider.ts';
import { type Reply, openTestRouter, useRouter, withoutBreakers } from '../../support/router.ts';

const OPENAI = 'openai/gpt-5.4-mini';
const ANTHROPIC = 'anthropic/claude-sonnet-4-6';
const messages = [{ role: 'user', content: 'What is the capital of France?' }];

function expectError(reply: Reply, code: ErrorCode, param: string | null = null): void {
  const { status, type } = ERROR_CATALOGUE[code];
  const { error, request_id: requestId } = reply.body;
  expect({ status: reply.status, code: error?.['code'], type: error?.['type'], param: error?.['param'] }).to.deep.equal(
    {
      status,
      code,
      type,
      param,
    },
  );
  expect(Object.keys(reply.body)).to.have.members(['error', 'request_id']);
  expect(Object.keys(error ?? {}).filter((name) => name !== 'details')).to.have.members([
    'message',
    'type',
    'param',
    'code',
  ]);
  expect(error?.['message']).to.be.a('string').that.matches(/\.$|:/);
  expect(requestId).to.equal(reply.headers.get('x-request-id'));
  expect(JSON.stringify(reply.body)).not.to.include('vendor words');
}

describe('errors over HTTP', () => {
  let fault: FaultProvider;
  const router = useRouter(async () => ({ providers: (fault = await openFaultProvider()), policy: withoutBreakers }));
  beforeEach(() => fault.reset());
  after(() => fault.close());

  const ask = (body: object = {}) => router().send('/v1/chat', { body: { messages, model: OPENAI, ...body } });

  it('names the field that is wrong and asks for no retry', async () => {
    const reply = await ask({ priority: 'cheapest' });
    expectError(reply, 'validation_error', 'priority');
    expect(reply.headers.get('x-should-retry')).to.equal('false');
    expect(reply.body['error']?.['message']).to.include('"cheap"');
  });

  it('lists all problems of a body that has several', async () => {
    const reply = await router().send('/v1/chat', { body: { messages: [], deadline_ms: 1 } });
    expect(reply.status).to.equal(400);
    expect(reply.body['error']?.['details']?.['problems']).to.have.length.greaterThan(1);
  });

  it('answers a body that is no JSON with validation_error', async () => {
    expectError(await router().send('/v1/chat', { body: '{"messages": [' }), 'validation_error');
  });

  it('refuses a body that is nested without end, wherever it is', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const asked = JSON.stringify(messages);
    for (const body of [
      `{"messages":${asked},"foo":${deep}}`,
      `{"messages":${asked},"tools":[{"type":"function","function":{"name":"f","parameters":{"a":${deep}}}}]}`,
      `{"messages":${asked},"provider":{"x":${deep}}}`,
    ])
      expectError(await router().send('/v1/chat', { body }), 'validation_error');
    const shaped = await router().send('/v1/messages', {
      body: { model: 'auto', max_tokens: 5, messages, provider: { only: 'anthropic' } },
    });
    expect(shaped.status).to.equal(400);
    const nested = await router().send('/v1/chat/completions', {
      body: { model: 'auto', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 7 } }] }] },
    });
    expectError(nested, 'validation_error', 'messages[0].content[0].image_url.url');
  });

  it('warns when the effort that was asked for is not the one that was sent', async () => {
    const reply = await ask({ model: 'openai/gpt-4.1', effort: 'high' });
    expect(reply.headers.get('x-omni-warnings')).to.include('reasoning_effort high was not sent');
  });

  it('answers a path that cannot be decoded with validation_error', async () => {
    expectError(await router().send('/v1/models/%E0%A4%A'), 'validation_error');
  });

  it('refuses a body over the limit with payload_too_large', async () => {
    const content = 'a'.repeat(11 * 1024 * 1024);
    expectError(await ask({ messages: [{ role: 'user', content }] }), 'payload_too_large');
    expect(fault.received).to.have.length(0);
  });

  it('tells a prompt too long for the models as context_too_long', async () => {
    fault.script('openai', errorReply(400, 'context_length_exceeded'));
    expectError(await ask(), 'context_too_long');
  });

  it('tells no_eligible_model, with what was excluded, when no model fits', async () => {
    const reply = await ask({ model: 'auto', max_cost: 0.000_000_001 });
    expectError(reply, 'no_eligible_model');
    expect(reply.body['error']?.['details']?.['excluded']?.['over_max_cost']).to.be.greaterThan(0);
    expect(fault.received).to.have.length(0);
  });

  it('asks for a key when none was sent, and refuses one that is unknown', async () => {
    expectError(await router().send('/v1/models', { key: null }), 'invalid_api_key');
    expectError(await router().send('/v1/models', { key: `omr_${'x'.repeat(51)}` }), 'invalid_api_key');
    expectError(await router().send('/v1/models', { key: 'sk-of-somebody-else' }), 'invalid_api_key');
  });

  it('forbids what the scopes of a key leave out', async () => {
    const reader = await router().createKey(['read']);
    const chatter = await router().createKey(['chat']);
    expectError(await router().send('/v1/chat', { key: reader.key, body: { messages } }), 'forbidden');
    expectError(await router().send('/v1/router/debug', { key: reader.key, body: { messages } }), 'forbidden');
    for (const path of ['/v1/models', `/v1/models/${OPENAI}`, '/v1/usage', '/v1/requests/x'])
      expectError(await router().send(path, { key: chatter.key }), 'forbidden');
  });

  it('answers an unknown path, method or request with not_found', async () => {
    expectError(await router().send('/v1/nothing'), 'not_found');
    expectError(await router().send('/v1/chat', { method: 'DELETE' }), 'not_found');
    expectError(await router().send('/v1/requests/not-an-id'), 'not_found');
    expectError(await router().send('/v1/requests/0199a0de-0000-7000-8000-000000000001'), 'not_found');
  });

  it('answers an unknown model with model_not_found', async () => {
    expectError(await ask({ model: 'openai/gpt-0' }), 'model_not_found', 'model');
    expectError(await router().send('/v1/models/openai/gpt-0'), 'model_not_found');
  });

  it('passes on the wait of rate-limited providers as whole seconds', async () => {
    fault.script('openai', errorReply(429, 'rate_limit_exceeded', { 'retry-after': '7' }));
    const reply = await ask();
    expectError(reply, 'providers_rate_limited');
    expect(reply.headers.get('retry-after')).to.equal('7');
    expect(reply.headers.get('x-should-retry')).to.equal('true');
  });

  it('rounds a fractional wait up and takes the shortest of several providers', async () => {
    fault.script('openai', errorReply(429, 'rate_limit_exceeded', { 'retry-after': '30' }));
    fault.script('anthropic', errorReply(429, 'rate_limit_error', { 'retry-after-ms': '2500.5' }));
    const reply = await ask({ models: [ANTHROPIC] });
    expectError(reply, 'providers_rate_limited');
    expect(reply.headers.get('retry-after')).to.equal('3');
  });

  it('never passes on a provider’s 401 as one of the caller', async () => {
    for (const status of [401, 403]) {
      fault.script('openai', errorReply(status, 'invalid_api_key'));
      const reply = await ask();
      expectError(reply, 'provider_error');
      expect(reply.headers.get('x-should-retry')).to.equal('false');
    }
  });

  it('tells provider_error, with each attempt, when providers fail', async () => {
    fault.script('openai', errorReply(500, 'server_error'));
    const reply = await ask();
    expectError(reply, 'provider_error');
    const details = reply.body['error']?.['details'];
    expect(details?.['request_id']).to.equal(reply.body['request_id']);
    expect(
      [...(details?.['attempts'] ?? [])].map((one) => [one['model'], one['outcome'], one['status']]),
    ).to.deep.equal([
      [OPENAI, 'server-error', 500],
      [OPENAI, 'server-error', 500],
    ]);
  });

  it('tells provider_unavailable when no provider can be reached or all are overloaded', async () => {
    for (const reply of [{ reset: true }, errorReply(503, 'overloaded')]) {
      fault.script('openai', reply);
      const told = await ask();
      expectError(told, 'provider_unavailable');
      expect(told.headers.get('retry-after')).to.match(/^[1-9]\d*$/);
    }
  });

  it('tells provider_timeout when the deadline passes without an answer', async () => {
    fault.script('openai', { hang: true });
    const started = performance.now();
    expectError(await ask({ deadline_ms: 200 }), 'provider_timeout');
    expect(performance.now() - started).to.be.lessThan(3_000);
  });

  it('tells validation_error when every provider refuses the form of a request', async () => {
    fault.script('openai', errorReply(400, 'invalid_request_error'));
    expectError(await ask(), 'validation_error');
  });
});

describe('errors of the router itself over HTTP', () => {
  it('limits the rate of a key, counts down in headers, and leaves other keys alone', async () => {
    const router = await openTestRouter({ env: { RATE_LIMIT_MAX: '2', RATE_LIMIT_WINDOW_SEC: '60' } });
    try {
      const replies = [];
      for (let count = 0; count < 3; count += 1) replies.push(await router.send('/v1/models'));
      expect(replies.map(({ headers }) => headers.get('x-ratelimit-remaining'))).to.deep.equal(['1', '0', '0']);
      const limited = replies[2];
      if (!limited) throw new Error('there was no third answer');
      expectError(limited, 'rate_limit_exceeded');
      expect(limited.headers.get('x-ratelimit-limit')).to.equal('2');
      const wait = Number(limited.headers.get('retry-after'));
      expect(wait).to.be.within(1, 60);
      expect(limited.body['error']?.['details']).to.deep.equal({
        limit: 'requests_per_min',
        scope: 'key',
        max: 2,
        remaining: 0,
        window_sec: 60,
        reset_sec: wait,
      });
      const other = await router.createKey(['read']);
      expect((await router.send('/v1/models', { key: other.key })).status).to.equal(200);
    } finally {
      await router.close();
    }
  }).timeout(40_000);

  it('answers a fault of its own as internal_error, without its words, and logs it with the request id', async () => {
    const router = await openTestRouter({
      wrapGateway: (gateway) => ({
        ...gateway,
        answer: async () => {
          throw new TypeError('a secret of the inside');
        },
      }),
    });
    try {
      const reply = await router.send('/v1/chat', { body: { messages } });
      expectError(reply, 'internal_error');
      expect(JSON.stringify(reply.body)).not.to.include('secret');
      const line = router.logged.find(({ fields }) => fields['requestId'] === reply.headers.get('x-request-id'));
      expect(line?.level).to.equal('error');
      expect(line?.fields['error']).to.be.instanceOf(TypeError);
    } finally {
      await router.close();
    }
  }).timeout(40_000);

  it('is overloaded, and not ready, without a catalog', async () => {
    const router = await openTestRouter({ withCatalog: false });
    try {
      const reply = await router.send('/v1/chat', { body: { messages } });
      expectError(reply, 'overloaded');
      expect(reply.headers.get('retry-after')).to.equal('5');
      const ready = await router.send('/ready', { key: null });
      expect([ready.status, ready.body['status']]).to.deep.equal([503, 'unavailable']);
    } finally {
      await router.close();
    }
  }).timeout(40_000);
});

describe('a router that takes one request at a time', () => {
  let fault: FaultProvider;
  before(async () => {
    fault = await openFaultProvider();
  });
  const router = useRouter(() => ({ providers: fault, mostInFlight: 1 }));
  after(() => fault.close());

  it('answers a second request with overloaded and a wait', async () => {
    fault.script('openai', { delayMs: 500 });
    const body = { messages, model: OPENAI };
    const replies = await Promise.all([1, 2].map(() => router().send('/v1/chat', { body })));
    const refused = replies.find(({ status }) => status !== 200);
    if (!refused) throw new Error('both were answered');
    expectError(refused, 'overloaded');
    expect(refused.headers.get('retry-after')).to.equal('1');
    expect(replies.filter(({ status }) => status === 200)).to.have.length(1);
  });
});
