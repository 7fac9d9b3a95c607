// Every route over real HTTP with simulated providers: what it answers, in which shape, and with which headers.
import { expect } from 'chai';
import { ROUTES } from '../../../src/api/routes/registry.ts';
import { parseUsd } from '../../../src/domain/money.ts';
import { type Json, type Reply, useRouter } from '../../support/router.ts';

const messages = [{ role: 'user', content: 'What is the capital of France?' }];
const MODEL = 'openai/gpt-5.4-mini';
const ANSWER_HEADERS = [
  'x-request-id',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-omni-provider',
  'x-omni-model',
  'x-omni-attempts',
  'x-omni-fallback',
  'x-omni-warnings',
  'x-omni-simulated',
  'x-omni-cost-usd',
  'x-omni-baseline-usd',
  'x-omni-savings-usd',
];

function text(value: Json | undefined): string {
  const found: unknown = value;
  if (typeof found !== 'string') throw new TypeError(`found ${JSON.stringify(found)} where a text belongs`);
  return found;
}

function expectAnswerHeaders({ headers }: Reply): void {
  expect(ANSWER_HEADERS.filter((name) => !headers.has(name))).to.deep.equal([]);
  expect(headers.get('x-omni-attempts')).to.equal('1');
  expect(headers.get('x-omni-fallback')).to.equal('false');
  expect(headers.get('x-omni-simulated')).to.equal('true');
}

describe('the routes over HTTP', () => {
  const router = useRouter(() => ({ env: { CORS_ORIGIN: 'https://app.example' } }));

  it('names every answer, hides what serves it, and sets the headers that protect browsers', async () => {
    const ids = new Set<string | null>();
    for (const path of ['/health', '/v1/models', '/v1/nothing']) {
      const { headers } = await router().send(path);
      ids.add(headers.get('x-request-id'));
      expect(headers.get('x-request-id')).to.match(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(headers.get('x-powered-by')).to.equal(null);
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
    }
    expect(ids.size).to.equal(3);
  });

  it('lets browsers of the configured origin in, and no other', async () => {
    const allowed = await router().send('/health', { headers: { origin: 'https://app.example' } });
    const other = await router().send('/health', { headers: { origin: 'https://evil.example' } });
    expect(allowed.headers.get('access-control-allow-origin')).to.equal('https://app.example');
    expect(other.headers.get('access-control-allow-origin')).to.not.equal('https://evil.example');
  });

  it('needs a key on every route but the ones that are open', async () => {
    for (const { method, path, access } of ROUTES) {
      const sent = path
        .replace('*id', MODEL)
        .replace(':id', '0199a0de-0000-7000-8000-000000000001')
        .replace(':file', 'swagger-ui.css');
      const { status } = await fetch(`${router().url}${sent}`, {
        method: method.toUpperCase(),
        ...(method === 'get' ? {} : { body: JSON.stringify({ messages }) }),
      });
      // An open route may find this body wanting; it does not ask for a key.
      const expected = access !== 'open' ? 401 : path === '/v1/session' && method === 'post' ? 400 : 200;
      expect([path, status]).to.deep.equal([path, expected]);
    }
  });

  it('tells that it lives and that it is ready', async () => {
    const health = await router().send('/health', { key: null });
    expect([health.status, health.body]).to.deep.equal([200, { status: 'ok' }]);
    const ready = await router().send('/ready', { key: null });
    expect(ready.status).to.equal(200);
    expect(ready.body).to.deep.include({ status: 'ok', simulated: true });
    expect(ready.body['spool']).to.include({ depth: 0 });
    expect(ready.body['providers']).to.have.members(['openai', 'anthropic', 'google', 'openrouter', 'groq']);
  });

  it('answers the short form with the answer, its model, its cost and why', async () => {
    const reply = await router().send('/v1/chat', { body: { messages } });
    expect(reply.status).to.equal(200);
    expectAnswerHeaders(reply);
    const { body, headers } = reply;
    expect(body['output']).to.be.a('string').that.includes('simulated');
    expect(body['finish_reason']).to.equal('stop');
    expect(body['provider']).to.equal(headers.get('x-omni-provider'));
    expect(headers.get('x-omni-model')).to.satisfy((id: string) => id.endsWith(`/${text(body['model_used'])}`));
    expect(body['cost_usd']).to.equal(headers.get('x-omni-cost-usd'));
    expect(body['savings_estimate_usd']).to.equal(headers.get('x-omni-savings-usd'));
    expect(body['cost']).to.be.closeTo(Number(body['cost_usd']), 1e-12);
    expect(parseUsd(String(headers.get('x-omni-baseline-usd'))) - parseUsd(text(body['cost_usd']))).to.equal(
      parseUsd(text(body['savings_estimate_usd'])),
    );
    const tokens = body['tokens'];
    expect(tokens?.['total']).to.equal(Number(tokens?.['input']) + Number(tokens?.['output']));
    expect(body['latency_ms']).to.be.a('number').that.is.at.least(0);
    expect(body['task_type']).to.equal('chat');
    expect(body['reason']).to.be.a('string').that.is.not.empty;
    expect(body['simulated']).to.equal(true);
    expect(body['request_id']).to.equal(headers.get('x-request-id'));
  });

  it('answers an agent’s step with the task type agent_step and the tool call', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const tools = [{ type: 'function', function: { name: 'weather', parameters } }];
    const reply = await router().send('/v1/agent-step', { body: { messages, tools } });
    expect(reply.status).to.equal(200);
    expectAnswerHeaders(reply);
    expect(reply.body['task_type']).to.equal('agent_step');
    expect(reply.body['finish_reason']).to.equal('tool_calls');
    expect(reply.body['tool_calls']?.[0]?.['function']?.['name']).to.equal('weather');
  });

  it('answers OpenAI’s form, with our metadata only where it is asked for', async () => {
    const body = { model: MODEL, messages };
    const plain = await router().send('/v1/chat/completions', { body });
    expect(plain.status).to.equal(200);
    expectAnswerHeaders(plain);
    expect(plain.body).to.include({ object: 'chat.completion', model: MODEL });
    expect(plain.body).not.to.have.property('omni');
    expect(plain.body['choices']?.[0]?.['message']?.['role']).to.equal('assistant');
    expect(plain.body['choices']?.[0]?.['finish_reason']).to.equal('stop');
    const { usage } = plain.body;
    expect(usage?.['total_tokens']).to.equal(Number(usage?.['prompt_tokens']) + Number(usage?.['completion_tokens']));
    expect(usage?.['cost']).to.be.closeTo(Number(plain.headers.get('x-omni-cost-usd')), 1e-12);

    const told = await router().send('/v1/chat/completions', { body, headers: { 'x-omni-metadata': 'true' } });
    expect(told.body['omni']).to.include({
      request_id: told.headers.get('x-request-id'),
      provider: 'openai',
      model: 'gpt-5.4-mini',
      attempts: 1,
      fallback: false,
      simulated: true,
      cost_usd: told.headers.get('x-omni-cost-usd'),
      baseline_usd: told.headers.get('x-omni-baseline-usd'),
    });
  });

  it('lists the models of the catalog, all or of one provider', async () => {
    const all = await router().send('/v1/models');
    const entries = [...(all.body['data'] ?? [])];
    expect(all.body).to.include({ object: 'list', total_count: router().gateway.catalog().models.size });
    expect(entries).to.have.length(Number(all.body['total_count']));
    const groq = await router().send('/v1/models?provider=groq');
    expect([...(groq.body['data'] ?? [])].map((one) => one['id'])).to.deep.equal(
      entries.filter((one) => text(one['provider']) === 'groq').map((one) => one['id']),
    );
    expect(groq.body['total_count']).to.be.greaterThan(0);
    const wrong = await router().send('/v1/models?provider=nobody');
    expect([wrong.status, wrong.body['error']?.['param']]).to.deep.equal([400, 'provider']);
  });

  it('shows one model under its id, raw or encoded, the same as in the list', async () => {
    const id = 'groq/openai/gpt-oss-120b';
    const list = await router().send('/v1/models');
    const listed = [...(list.body['data'] ?? [])].find((one) => text(one['id']) === id);
    for (const path of [id, encodeURIComponent(id)]) {
      const { status, body } = await router().send(`/v1/models/${path}`);
      expect(status).to.equal(200);
      // The price's age goes on meanwhile.
      expect(Object.assign({}, body, { pricing_age_sec: 0 })).to.deep.equal(
        Object.assign({}, listed, { pricing_age_sec: 0 }),
      );
    }
    expect(listed?.['pricing']?.['prompt']).to.be.a('string');
    expect(listed).to.include({
      object: 'model',
      provider: 'groq',
      model_name: 'openai/gpt-oss-120b',
      status: 'active',
    });
  });

  it('explains a decision without a call, and takes the same one', async () => {
    const body = { messages, model: MODEL };
    const { status, body: told } = await router().send('/v1/router/debug', { body });
    expect(status).to.equal(200);
    expect(told['final_model']).to.equal(MODEL);
    expect(told['task_type']).to.equal('chat');
    expect(told['decision_digest']).to.match(/^[0-9a-f]{64}$/);
    expect(told['chain']?.[0]?.['modelId']).to.equal(MODEL);
    const answered = await router().send('/v1/chat', { body });
    expect(answered.headers.get('x-omni-model')).to.equal(told['final_model']);
    const open = await router().send('/v1/router/debug', { body: { messages } });
    expect(open.body['considered_models']).to.have.length.greaterThan(1);
  });

  it('tells the story of a request to its own org and hides it from others', async () => {
    const { headers } = await router().send('/v1/chat', { body: { messages } });
    const id = String(headers.get('x-request-id'));
    const { status, body } = await router().send(`/v1/requests/${id}`);
    expect([status, body['request_id']]).to.deep.equal([200, id]);
    const events = [...(body['events'] ?? [])];
    expect(events.map((one) => [one['revision'], one['type']])).to.deep.equal([
      [0, 'RequestRouted'],
      [1, 'ProviderAttempted'],
      [2, 'RequestCompleted'],
    ]);
    expect(body['decision']).to.deep.equal(events[0]?.['data']);
    const stranger = await router().createKey(['read'], 'strangers');
    const hidden = await router().send(`/v1/requests/${id}`, { key: stranger.key });
    const never = await router().send('/v1/requests/0199a0de-0000-7000-8000-000000000001', { key: stranger.key });
    expect([hidden.status, hidden.body['error']]).to.deep.equal([404, never.body['error']]);
  });

  it('reports usage for a span whose ends it checks', async () => {
    const { status, body } = await router().send('/v1/usage?from=2026-01-01&to=2026-02-01T12:00:00Z');
    expect(status).to.equal(200);
    expect(body).to.deep.include({
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-02-01T12:00:00.000Z',
      total_requests: 0,
      total_cost_usd: '0',
      total_savings_usd: '0',
      total_tokens: 0,
      errors: 0,
      unpriced_requests: 0,
      by_model: [],
      by_task_type: [],
      by_date: [],
    });
    for (const [query, param] of [
      ['from=yesterday', 'from'],
      ['from=2026-02-01&to=2026-02-01', 'from'],
      ['to=1', 'to'],
    ]) {
      const wrong = await router().send(`/v1/usage?${query}`);
      expect([wrong.status, wrong.body['error']?.['param']]).to.deep.equal([400, param]);
    }
  });
});
