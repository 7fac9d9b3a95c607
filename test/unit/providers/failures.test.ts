// What each vendor's error means: a table, because the gateway retries, falls back or gives up by it.
import { expect } from 'chai';
import type { FailureKind } from '../../../src/domain/events.ts';
import { toFailure, toHiddenFailure } from '../../../src/providers/failures.ts';
import { GEMINI_QUOTA } from '../../fixtures/wire/gemini.ts';

const NOW = Date.parse('2026-11-25T10:00:00Z');
const failureOf = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  toFailure({
    status,
    header: (name) => headers[name],
    text: typeof body === 'string' ? body : JSON.stringify(body),
    now: NOW,
  });
const openai = (error: object) => ({ error: { message: 'm', param: null, ...error } });
const anthropic = (type: string, more: object = {}) => ({
  type: 'error',
  error: { type, message: 'm', ...more },
  request_id: 'r',
});
const gemini = (code: number, status: string, message = 'm') => ({ error: { code, status, message } });

const CASES: readonly [string, number, unknown, FailureKind][] = [
  ['OpenAI, too fast', 429, openai({ type: 'requests', code: 'rate_limit_exceeded' }), 'rate-limited'],
  ['OpenAI, slow down', 429, openai({ type: 'slow_down', code: 'slow_down' }), 'rate-limited'],
  [
    'OpenAI, quota in its older form',
    429,
    openai({ type: 'insufficient_quota', code: 'insufficient_quota' }),
    'quota-exhausted',
  ],
  [
    'OpenAI, credit gone',
    429,
    openai({ type: 'insufficient_quota', code: 'credit_balance_exhausted' }),
    'quota-exhausted',
  ],
  ['OpenAI, spend limit', 429, openai({ type: 'x', code: 'project_spend_limit_exceeded' }), 'quota-exhausted'],
  ['OpenAI, usage limit', 429, openai({ type: 'x', code: 'organization_usage_limit_exceeded' }), 'quota-exhausted'],
  ['OpenAI, key', 401, openai({ type: 'invalid_request_error', code: 'invalid_api_key' }), 'unauthorized'],
  ['OpenAI, model', 404, openai({ type: 'invalid_request_error', code: 'model_not_found' }), 'not-found'],
  [
    'OpenAI, context',
    400,
    openai({ type: 'invalid_request_error', code: 'context_length_exceeded' }),
    'context-too-long',
  ],
  ['OpenAI, overloaded', 503, openai({ type: 'server_error', code: 'server_is_overloaded' }), 'overloaded'],
  ['OpenAI, policy', 400, openai({ type: 'invalid_request_error', code: 'content_policy_violation' }), 'refused'],
  ['OpenAI, bad request', 400, openai({ type: 'invalid_request_error', code: 'unsupported_value' }), 'bad-request'],
  ['OpenAI, server', 500, openai({ type: 'server_error' }), 'server-error'],
  ['Anthropic, too fast', 429, anthropic('rate_limit_error'), 'rate-limited'],
  [
    'Anthropic, spend limit',
    429,
    anthropic('rate_limit_error', { details: { error_code: 'enforced_spend_limit_reached' } }),
    'quota-exhausted',
  ],
  [
    'Anthropic, contract limit',
    429,
    anthropic('rate_limit_error', { details: { error_code: 'contract_spend_limit_reached' } }),
    'quota-exhausted',
  ],
  ['Anthropic, overloaded', 529, anthropic('overloaded_error'), 'overloaded'],
  ['Anthropic, billing', 402, anthropic('billing_error'), 'quota-exhausted'],
  [
    'Anthropic, credit',
    400,
    anthropic('invalid_request_error', { message: 'Your credit balance is too low to access it.' }),
    'quota-exhausted',
  ],
  [
    'Anthropic, prompt',
    400,
    anthropic('invalid_request_error', { message: 'prompt is too long: 210000 tokens' }),
    'context-too-long',
  ],
  ['Anthropic, body', 413, anthropic('request_too_large'), 'context-too-long'],
  ['Anthropic, timeout', 504, anthropic('timeout_error'), 'timed-out'],
  ['Anthropic, permission', 403, anthropic('permission_error'), 'unauthorized'],
  ['Gemini, quota', 429, GEMINI_QUOTA, 'rate-limited'],
  [
    'Gemini, key',
    400,
    gemini(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'),
    'unauthorized',
  ],
  [
    'Gemini, context',
    400,
    gemini(400, 'INVALID_ARGUMENT', 'The input token count (9) exceeds the maximum number of tokens allowed (8).'),
    'context-too-long',
  ],
  ['Gemini, argument', 400, gemini(400, 'INVALID_ARGUMENT', 'Corrupted thought signature.'), 'bad-request'],
  ['Gemini, array', 503, [gemini(503, 'UNAVAILABLE')], 'overloaded'],
  ['Gemini, model', 404, gemini(404, 'NOT_FOUND'), 'not-found'],
  ['Groq, flex capacity', 498, openai({ type: 'x', code: 'capacity_exceeded' }), 'overloaded'],
  ['Groq, too large', 413, openai({ type: 'tokens', code: 'rate_limit_exceeded' }), 'context-too-long'],
  ['Groq, own cancellation', 499, openai({ type: 'x' }), 'server-error'],
  ['OpenRouter, credits', 402, { error: { code: 402, message: 'Insufficient credits' } }, 'quota-exhausted'],
  [
    'OpenRouter, moderation',
    403,
    { error: { code: 403, message: 'flagged', metadata: { reasons: ['x'], flagged_input: 'y' } } },
    'refused',
  ],
  [
    'OpenRouter, without a code',
    404,
    { error: { error_type: 'not_found', http_status: 404, message: 'm', availability: { code: 'no_endpoints' } } },
    'not-found',
  ],
  [
    'OpenRouter, provider down',
    502,
    { error: { code: 502, message: 'm', metadata: { error_type: 'provider_unavailable' } } },
    'server-error',
  ],
  ['a timeout of the vendor', 408, openai({ type: 'timeout' }), 'timed-out'],
  ['a text', 500, { error: 'boom' }, 'server-error'],
  ['a page', 502, '<html><body>Bad gateway</body></html>', 'server-error'],
  ['nothing', 503, '', 'overloaded'],
  ['a redirect', 302, '', 'malformed-reply'],
];

const retryAfterOf = (headers: Record<string, string>) => failureOf(429, '', headers).retryAfterMs;

describe('A failure', () => {
  for (const [what, status, body, kind] of CASES) {
    it(`is ${kind} for ${what} (${status})`, () => {
      expect(failureOf(status, body)).to.include({ kind, status });
    });
  }

  it('never carries the vendor text in its message', () => {
    const failure = failureOf(400, openai({ message: 'your prompt was: SECRET', code: 'x' }));
    expect(failure.message).to.not.contain('SECRET');
    expect(failure.vendorText).to.contain('SECRET');
  });

  it('reads Retry-After as seconds, as a date and in milliseconds', () => {
    expect(retryAfterOf({ 'retry-after': '3' })).to.equal(3_000);
    expect(retryAfterOf({ 'retry-after': '0.5' })).to.equal(500);
    expect(retryAfterOf({ 'retry-after': 'Wed, 25 Nov 2026 10:00:08 GMT' })).to.equal(8_000);
    expect(retryAfterOf({ 'retry-after': 'Wed, 25 Nov 2026 09:00:00 GMT' })).to.equal(0);
    expect(retryAfterOf({ 'retry-after-ms': '250', 'retry-after': '3' })).to.equal(250);
    expect(retryAfterOf({ 'retry-after': 'soon' })).to.equal(undefined);
    expect(retryAfterOf({})).to.equal(undefined);
  });

  it('reads the delay that stands in the body', () => {
    expect(failureOf(429, GEMINI_QUOTA).retryAfterMs).to.equal(34_500);
    expect(
      failureOf(503, { error: { message: 'm', availability: { code: 'temporarily_unavailable', retry_after: 12 } } })
        .retryAfterMs,
    ).to.equal(12_000);
  });
});

describe('A failure inside a 200', () => {
  const CASES_INSIDE: readonly [unknown, FailureKind][] = [
    [{ code: 429, message: 'm' }, 'rate-limited'],
    [{ code: 'server_error', message: 'm' }, 'server-error'],
    [{ code: '503', message: 'm' }, 'overloaded'],
    [{ http_status: 404, error_type: 'not_found', message: 'm' }, 'not-found'],
    [{ type: 'overloaded_error', message: 'm' }, 'overloaded'],
    [{ type: 'rate_limit_error', message: 'm' }, 'rate-limited'],
    [{ type: 'authentication_error', message: 'm' }, 'unauthorized'],
    [{ type: 'invalid_request_error', message: 'prompt is too long' }, 'context-too-long'],
    [{ code: 14, status: 'UNAVAILABLE', message: 'm' }, 'overloaded'],
    ['just text', 'server-error'],
  ];
  for (const [error, kind] of CASES_INSIDE) {
    it(`is ${kind} for ${JSON.stringify(error)}`, () => {
      expect(toHiddenFailure(error, NOW)).to.include({ kind, status: 200 });
    });
  }
});
