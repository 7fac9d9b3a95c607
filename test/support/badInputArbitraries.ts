// Requests that no client means: from a seed, over every route of the registry, bodies, paths, queries, headers and raw bytes.
import * as fc from 'fast-check';
import { ROUTES } from '../../src/api/routes/registry.ts';

export type BadInput = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
};

const MODEL = 'openai/gpt-5.4-mini';
const ID = '0c0c0c0c-0000-4000-8000-000000000001';
const chat = { model: MODEL, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 16 };

/** A body that each route takes, to be damaged. */
const BODIES: readonly unknown[] = [
  chat,
  { ...chat, stream: true, stream_options: { include_usage: true } },
  { ...chat, tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }] },
  { ...chat, response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } } },
  { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] }] },
  { ...chat, provider: { only: ['openai'], max_price: { prompt: 1 } }, models: [MODEL], priority: 'best', max_cost: 1 },
  {
    name: 'org',
    baseline_model: MODEL,
    limits: { concurrent: 1 },
    markup: [{ below_usd_per_million: null, percent: '1' }],
  },
  { org_id: ID, email: 'a@b', scopes: ['chat'], allowed_ips: ['10.0.0.0/8'], expires_at: '2030-01-01T00:00:00Z' },
  { scope: 'org', subject_id: ID, period: 'daily', soft_limit_usd: '1', hard_limit_usd: '2' },
  { from: '2026-11-01', to: '2026-11-02', catalog_version: 1, policy: { weights: {} } },
  { score: 0.5, accepted: true, label: 'fine' },
  { overlap_sec: 60 },
  { api_key: 'omr_x' },
];

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\u202e',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    "' or 1=1 --",
    '%00',
    '%E0%A4%A',
    '${7*7}',
    'NaN',
    'null',
    '1e999',
    '9'.repeat(400),
    'x'.repeat(20_000),
    '2026-13-45',
    '-1',
    ID,
  ),
);
const oddNumber = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.1, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, -(2 ** 53), 1e21, 0.30000000000000004),
  fc.double({ noNaN: true }),
  fc.maxSafeInteger(),
);
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  oddNumber,
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(
    [],
    {},
    [[]],
    [null],
    Array.from({ length: 300 }, () => 'x'),
    { toString: 1, __proto__: null },
  ),
);

/** The same value with something else at one place in it. */
function damage(value: unknown, steps: readonly number[], put: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || value === null || typeof value !== 'object') return put;
  const entries = Object.entries(value);
  if (entries.length === 0) return put;
  const [name, inner] = entries[step % entries.length] ?? ['', undefined];
  const damaged = rest.length === 0 ? put : damage(inner, rest, put);
  if (Array.isArray(value)) return value.map((item: unknown, index) => (String(index) === name ? damaged : item));
  return { ...value, [name]: damaged };
}

const jsonBody = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...BODIES), fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), oddValue)
      .map(([body, steps, put]) => JSON.stringify(damage(body, steps, put))),
  },
  { weight: 2, arbitrary: fc.json({ maxDepth: 6 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('[', '{"a":'), fc.integer({ min: 1, max: 20_000 }))
      .map(([open, deep]) => open.repeat(deep)),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3_000 }).map((deep) => `${'['.repeat(deep)}${']'.repeat(deep)}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...BODIES), fc.nat(200))
      .map(([body, cut]) => JSON.stringify(body).slice(0, cut)),
  },
);
const body = fc.oneof(
  { weight: 6, arbitrary: jsonBody },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant('') },
);

const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'content-encoding',
    'accept',
    'idempotency-key',
    'x-omni-metadata',
    'x-forwarded-for',
    'x-api-key',
    'cookie',
    'origin',
    'anthropic-version',
    'accept-encoding',
    'x-http-method-override',
    'range',
    'if-none-match',
  ),
  fc.oneof(
    headerText,
    fc.constantFrom('gzip', 'br', 'application/json; charset=utf-7', 'text/html', 'x'.repeat(2_000)),
  ),
  { maxKeys: 3 },
);

const segment = fc.oneof(oddText.map(encodeLoosely), fc.constantFrom(ID, MODEL, 'null', '..', '%2e%2e', ';', '%ff'));

/** As a careless client would: some characters as they are, none that ends the request line. */
function encodeLoosely(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '?')).slice(0, 6_000) || '%20';
}

const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'from',
        'to',
        'limit',
        'cursor',
        'model',
        'org_id',
        'bucket',
        'group',
        'as_of',
        'rerated',
        'outcome',
        'x[y]',
        '__proto__',
      ),
      segment,
    ),
    { maxLength: 4 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`));

export const badInput: fc.Arbitrary<BadInput> = fc
  .tuple(
    fc.constantFrom(...ROUTES),
    fc.array(segment, { minLength: 3, maxLength: 3 }),
    query,
    headers,
    body,
    fc.nat(20),
  )
  .map(([route, segments, search, sentHeaders, sentBody, odd]) => {
    let place = 0;
    const path =
      route.path.replaceAll(/[:*]\w+/g, () => segments[place++] ?? ID) + (odd === 1 ? `/${segments[0]}` : '');
    const method = odd === 2 ? 'DELETE' : odd === 3 ? 'PUT' : route.method.toUpperCase();
    const hasBody = method !== 'GET' || odd === 4;
    return {
      method,
      path: path + search,
      headers: { 'content-type': 'application/json', ...sentHeaders },
      body: hasBody ? sentBody : null,
    };
  });

export const rawLine = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    'GET / HTTP/9.9\r\n\r\n',
    'GET  HTTP/1.1\r\n\r\n',
    'POST /v1/chat HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcde',
    'POST /v1/chat HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n',
    'GET /health HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n',
    `GET /health HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
    'GET http://169.254.169.254/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
  ),
);
