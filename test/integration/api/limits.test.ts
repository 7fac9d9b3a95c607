// Limits and budgets over HTTP: what a caller is told, and that nothing reaches a provider that was refused.
import { expect } from 'chai';
import { after, beforeEach } from 'mocha';
import { type FaultProvider, errorReply, openFaultProvider } from '../../support/faultProvider.ts';
import { type Reply, useRouter } from '../../support/router.ts';
import { until } from '../../support/until.ts';

const MODEL = 'openai/gpt-5.4-mini';
const messages = [{ role: 'user', content: 'What is the capital of France?' }];

const text = (value: unknown): string => String(value);
const detailsOf = ({ body }: Reply) => body['error']?.['details'];

describe('limits and budgets over HTTP', () => {
  let fault: FaultProvider;
  const router = useRouter(async () => ({ providers: (fault = await openFaultProvider()) }));
  let admin = '';
  let org = { id: '', key: '', keyId: '' };
  let orgs = 0;
  beforeEach(async () => {
    fault.reset();
    admin ||= (await router().createKey(['admin'], 'operators')).key;
    const { key, keyId, orgId } = await router().createKey(['chat', 'read'], `limited ${(orgs += 1)}`);
    org = { id: orgId, key, keyId };
  });
  after(() => fault.close());

  const call = async (method: string, path: string, body: object): Promise<Reply> => {
    const reply = await router().send(`/v1/admin/${path}`, { method, key: admin, body });
    expect(reply.status, JSON.stringify(reply.body)).to.be.below(300);
    return reply;
  };
  const hard = (usd: string) =>
    call('PUT', 'budgets', { scope: 'org', subject_id: org.id, period: 'daily', hard_limit_usd: usd });
  const ask = (fields: object = {}) =>
    router().send('/v1/chat', { key: org.key, body: { messages, model: MODEL, max_tokens: 8, ...fields } });
  const look = (key: string) => router().send('/v1/models', { key });
  const budgetOf = async () => {
    const { body } = await router().send('/v1/account', { key: org.key });
    return [...(body['budgets'] ?? [])][0];
  };

  it('refuses what a budget has no room for, says where it stands, and calls nobody', async () => {
    await hard('0.000001');
    const reply = await ask();
    expect([reply.status, reply.body['error']?.['code']]).to.deep.equal([402, 'budget_exceeded']);
    expect(detailsOf(reply)).to.deep.include({
      limit: 'budget',
      scope: 'org',
      period: 'daily',
      hard_limit_usd: '0.000001',
      spent_usd: '0',
      reserved_usd: '0',
    });
    expect(Date.parse(text(detailsOf(reply)?.['resets_at']))).to.be.greaterThan(0);
    expect(reply.headers.get('x-should-retry')).to.equal('false');
    expect(fault.received).to.have.length(0);
  });

  it('counts what an answer cost, exactly, and gives the rest back', async () => {
    await hard('1');
    const reply = await ask();
    expect(reply.status).to.equal(200);
    // 20 tokens in at 0.75 and 8 out at 4.5 USD per million.
    expect(reply.body['cost_usd']).to.equal('0.000051');
    expect(await budgetOf()).to.deep.include({ spent_usd: '0.000051', reserved_usd: '0' });
  });

  it('gives everything back when no provider answers', async () => {
    await hard('1');
    fault.script('openai', errorReply(400, 'invalid_request_error'));
    expect((await ask()).status).to.equal(400);
    expect(await budgetOf()).to.deep.include({ spent_usd: '0', reserved_usd: '0' });
  });

  it('settles when the caller leaves in the middle', async () => {
    await hard('1');
    fault.script('openai', { hang: true });
    const gone = new AbortController();
    const left = router()
      .send('/v1/chat', { key: org.key, body: { messages, model: MODEL }, signal: gone.signal })
      .catch(() => 'left');
    await until(() => fault.received.length > 0, { what: 'the call' });
    expect((await budgetOf())?.['reserved_usd']).not.to.equal('0');
    gone.abort();
    expect(await left).to.equal('left');
    await until(async () => text((await budgetOf())?.['reserved_usd']) === '0', {
      what: 'the settlement',
    });
  });

  it('settles a stream at its end', async () => {
    await hard('1');
    const response = await fetch(`${router().url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${org.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages, model: MODEL, stream: true }),
    });
    await response.text();
    await until(async () => text((await budgetOf())?.['reserved_usd']) === '0', {
      what: 'the settlement',
    });
  });

  it('reserves for the dearest model of a chain', async () => {
    await hard('0.000001');
    const cheap = detailsOf(await ask());
    const dear = detailsOf(await ask({ models: ['anthropic/claude-opus-5'] }));
    // 25 USD per million out against 4.5.
    expect(Number(dear?.['estimated_usd'])).to.be.greaterThan(4 * Number(cheap?.['estimated_usd']));
  });

  it('counts the markup of the org as charged, apart from the cost', async () => {
    await call('PATCH', `orgs/${org.id}`, { markup: [{ below_usd_per_million: null, percent: '5' }] });
    await hard('1');
    const other = await call('POST', 'keys', { org_id: org.id });
    const reply = await router().send('/v1/chat', {
      key: text(other.body['key']),
      body: { messages, model: MODEL, max_tokens: 8 },
    });
    expect(reply.body['cost_usd']).to.equal('0.000051');
    expect(reply.body['charged_usd']).to.equal('0.00005355');
    expect((await budgetOf())?.['spent_usd']).to.equal('0.00005355');
    const events = await router().eventsOf(text(reply.body['request_id']));
    const end = events.find(({ type }) => type === 'RequestCompleted');
    expect(end?.data).to.deep.include({ costUsd: '0.000051', markupUsd: '0.00000255' });
  });

  it('tells how many requests and tokens are left, and which limit was hit', async () => {
    await call('PATCH', `keys/${org.keyId}`, { limits: { requests_per_min: 3, tokens_per_min: 40 } });
    const first = await ask();
    expect(first.status).to.equal(200);
    expect(first.headers.get('x-ratelimit-remaining-requests')).to.equal('2');
    expect(first.headers.get('x-ratelimit-limit-tokens')).to.equal('40');
    const second = await ask();
    // 28 tokens are used of 40.
    expect(second.headers.get('x-ratelimit-remaining-tokens')).to.equal('12');
    expect([second.status, detailsOf(second)?.['limit']]).to.deep.equal([429, 'tokens_per_min']);
    expect(Number(second.headers.get('retry-after'))).to.be.within(1, 60);
    await ask();
    const fourth = await ask();
    expect([fourth.status, detailsOf(fourth)?.['limit'], detailsOf(fourth)?.['scope']]).to.deep.equal([
      429,
      'requests_per_min',
      'key',
    ]);
    expect(fault.received).to.have.length(1);
  });

  it('limits all keys of an org together', async () => {
    await call('PATCH', `orgs/${org.id}`, { limits: { requests_per_min: 2 } });
    const other = await call('POST', 'keys', { org_id: org.id, scopes: ['read'] });
    const statuses = [
      (await look(org.key)).status,
      (await look(text(other.body['key']))).status,
      (await look(org.key)).status,
    ];
    expect(statuses).to.deep.equal([200, 200, 429]);
  });

  it('lets so many requests of a key run at once and no more', async () => {
    await call('PATCH', `keys/${org.keyId}`, { limits: { concurrent: 1 } });
    fault.script('openai', { delayMs: 400 });
    const replies = await Promise.all([ask(), ask()]);
    expect(replies.map(({ status }) => status)).to.have.members([200, 429]);
    expect((await ask()).status).to.equal(200);
  });
});
