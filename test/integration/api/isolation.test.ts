// Tenants are apart: every route of the OpenAPI document is walked with another org's key and everything that is one org's own put
// into path, query, body and headers. Nothing of it comes back, nothing of it changes, and what is another's looks like what never was.
import { expect } from 'chai';
import { before } from 'mocha';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { useReadModels } from '../../support/readModels.ts';
import { useRouter } from '../../support/router.ts';

const random = createRandom(systemClock);
const MODEL = 'openai/gpt-5.4-mini';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const LABEL = 'MARK-LABEL-OF-ALPHA';
const SESSION = 'MARK-SESSION-OF-ALPHA';
const IDEMPOTENCY = 'MARK-KEY-OF-ALPHA';
const CHAT = { messages: [{ role: 'user', content: 'MARK-PROMPT-OF-ALPHA' }], model: MODEL, session_id: SESSION };

/** What one org has, by what it is called in paths, queries and bodies. */
type Own = { readonly ids: readonly string[]; readonly org: string; readonly key: string; readonly request: string };
type Operation = { readonly method: string; readonly path: string };
type Sent = Operation & { readonly url: string; readonly body: string | undefined };
type Answer = { readonly sent: Sent; readonly status: number; readonly text: string };

/** Every way in which an operation can be asked for something of that org. */
function waysOf({ method, path }: Operation, own: Own): Sent[] {
  const fills = path.includes('{') ? [...own.ids, MODEL] : [''];
  const query = new URLSearchParams({
    org_id: own.org,
    org: own.org,
    orgId: own.org,
    key_id: own.key,
    request_id: own.request,
    from: '2026-01-01',
    to: '2026-12-31',
    limit: '200',
  });
  const bag = {
    ...CHAT,
    org_id: own.org,
    orgId: own.org,
    key_id: own.key,
    request_id: own.request,
    max_tokens: 10,
  };
  const admin = { scope: 'org', subject_id: own.org, period: 'daily', hard_limit_usd: '1' };
  const bodies =
    method === 'get' || method === 'delete' ? [undefined] : [{}, bag, admin, { org_id: own.org }, { score: 1 }];
  return fills.flatMap((fill) =>
    ['', `?${query.toString()}`].flatMap((search) =>
      bodies.map((body) => ({
        method,
        path,
        url: path.replaceAll(/\{\w+\}/g, fill) + search,
        body: body && JSON.stringify(body),
      })),
    ),
  );
}

const text = (value: unknown): string => String(value);
const codeOf = (answer: Answer): string => /"code":"(\w+)"/.exec(answer.text)?.[1] ?? '';

describe('orgs', function () {
  this.timeout(120_000);
  const router = useRouter();
  const readModels = useReadModels(router);
  let operations: Operation[] = [];
  let alpha: Own & { readonly secret: string };
  let marks: string[] = [];
  let beta = '';

  const ask = async (sent: Sent, key: string): Promise<Answer> => {
    const stop = new AbortController();
    const response = await fetch(`${router().url}${sent.url}`, {
      method: sent.method.toUpperCase(),
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': IDEMPOTENCY,
        'x-org-id': alpha.org,
        'x-omni-metadata': 'true',
      },
      ...(sent.body === undefined ? {} : { body: sent.body }),
      signal: stop.signal,
    });
    // A stream that never ends has said all that it can with its first event.
    const isEndless = sent.path === '/v1/live';
    const reader = response.body?.getReader();
    const text = isEndless && reader ? new TextDecoder().decode((await reader.read()).value) : undefined;
    if (isEndless) stop.abort();
    else reader?.releaseLock();
    return { sent, status: response.status, text: text ?? (await response.text()) };
  };
  const stateOf = async (org: string): Promise<string> => {
    const { rows } = await router().postgres.query<{ state: string }>(
      `select json_build_object(
         'org', (select row_to_json(o) from orgs o where id = $1),
         'users', (select json_agg(u order by id) from users u where org_id = $1),
         'keys', (select json_agg(json_build_object('id', id, 'revoked', revoked_at, 'scopes', scopes) order by id) from api_keys where org_id = $1),
         'budgets', (select json_agg(json_build_object('id', id, 'hard', hard_limit_usd, 'spent', spent_usd) order by id) from budgets where org_id = $1),
         'content', (select json_agg(c order by request_id) from captured_content c join api_keys k on k.line_id = c.holder_id where k.org_id = $1),
         'feedback', (select json_agg(f order by id) from feedback f where org_id = $1))::text as state`,
      [org],
    );
    return rows[0]?.state ?? '';
  };

  before(async () => {
    const admin = (await router().createKey(['admin'], 'operators')).key;
    const made = (path: string, body: object, method = 'POST') =>
      router().send(`/v1/admin/${path}`, { method, key: admin, body });
    const { key: secret, keyId, orgId } = await router().createKey(['chat', 'read'], 'alpha-of-the-marks');
    const second = await made('keys', { org_id: orgId, email: 'mark-user@alpha.example' });
    const budget = await made(
      'budgets',
      { scope: 'org', subject_id: orgId, period: 'daily', hard_limit_usd: '9.87654' },
      'PUT',
    );
    await made(`orgs/${orgId}`, { capture_content_days: 30 }, 'PATCH');
    const headers = { 'idempotency-key': IDEMPOTENCY };
    const first = await router().send('/v1/chat', { key: secret, body: CHAT, headers });
    expect(first.status).to.equal(200);
    const request = text(first.body['request_id']);
    await router().send(`/v1/requests/${request}/feedback`, { key: secret, body: { score: 1, label: LABEL } });
    await readModels.caughtUp();
    const ids = [request, keyId, orgId, text(second.body['id']), text(budget.body['id'])];
    alpha = { secret, ids, org: orgId, key: keyId, request };
    marks = [
      ...ids,
      'alpha-of-the-marks',
      'mark-user@alpha.example',
      secret,
      secret.slice(4, 12),
      '9.87654',
      LABEL,
      SESSION,
      'MARK-PROMPT-OF-ALPHA',
    ];
    beta = (await router().createKey(['chat', 'read'], 'beta')).key;
    const document = (await router().send('/openapi.json', { key: null })).body;
    operations = Object.entries(document['paths'] ?? {}).flatMap(([path, methods]) =>
      METHODS.filter((method) => methods?.[method] !== undefined).map((method) => ({ method, path })),
    );
  });

  it('have routes to walk, and the walk finds what is one’s own', async () => {
    expect(operations.length).to.be.greaterThan(30);
    const reading = operations.filter(({ method, path }) => method === 'get' && !path.startsWith('/v1/admin'));
    const seen: string[] = [];
    for (const sent of reading.flatMap((operation) => waysOf(operation, alpha)))
      if (sent.path !== '/v1/live') seen.push((await ask(sent, alpha.secret)).text);
    const all = seen.join('\n');
    for (const mark of [
      alpha.request,
      alpha.org,
      LABEL,
      SESSION,
      'MARK-PROMPT-OF-ALPHA',
      '9.87654',
      'alpha-of-the-marks',
    ])
      expect(all, `a walk that does not see ${mark} proves nothing`).to.include(mark);
  });

  it('see nothing of another org, by any route, id, query, body or header', async () => {
    const leaks: string[] = [];
    for (const sent of operations.flatMap((operation) => waysOf(operation, alpha))) {
      const { status, text: told } = await ask(sent, beta);
      // What was sent may be named in an error; what was not sent must not appear.
      const found = marks.filter((mark) => told.includes(mark) && !`${sent.url}${sent.body ?? ''}`.includes(mark));
      if (found.length > 0) leaks.push(`${sent.method} ${sent.url} (${status}): ${found.join(', ')}`);
    }
    expect(leaks).to.deep.equal([]);
  });

  it('change nothing of another org', async () => {
    const before = await stateOf(alpha.org);
    const writing = operations.filter(({ method }) => method !== 'get');
    for (const sent of writing.flatMap((operation) => waysOf(operation, alpha))) await ask(sent, beta);
    await readModels.caughtUp();
    expect(await stateOf(alpha.org)).to.equal(before);
  });

  it('cannot tell what is another’s from what never was', async () => {
    const nobody: Own = {
      ids: alpha.ids.map(() => random.uuid()),
      org: random.uuid(),
      key: random.uuid(),
      request: random.uuid(),
    };
    const different: string[] = [];
    for (const operation of operations.filter(({ path }) => path.includes('{'))) {
      const [theirs, nobodys] = [waysOf(operation, alpha), waysOf(operation, nobody)];
      for (const [index, sent] of theirs.entries()) {
        const other = nobodys[index];
        if (!other) throw new Error('the two walks differ');
        const [a, b] = [await ask(sent, beta), await ask(other, beta)];
        if (a.status !== b.status || codeOf(a) !== codeOf(b))
          different.push(`${sent.method} ${sent.url}: ${a.status} and ${b.status}`);
      }
    }
    expect(different).to.deep.equal([]);
  });

  it('have no way into the admin routes with a key of theirs', async () => {
    const admin = operations.filter(({ path }) => path.startsWith('/v1/admin') || path === '/metrics');
    expect(admin.length).to.be.greaterThan(12);
    // A model's name has a slash, which no admin path takes.
    for (const sent of admin.flatMap((operation) => waysOf(operation, alpha)).filter(({ url }) => !url.includes(MODEL)))
      expect((await ask(sent, beta)).status, `${sent.method} ${sent.url}`).to.equal(403);
  });
});
