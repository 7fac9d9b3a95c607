// What a caller is told when the whole chain has failed: what they can change comes first, and no vendor's words.
import { expect } from 'chai';
import { ERROR_CATALOGUE, type ErrorCode } from '../../../src/domain/errors.ts';
import { FAILURE_KINDS, type FailureKind } from '../../../src/domain/events.ts';
import type { FailedAttempt } from '../../../src/gateway/attempts.ts';
import { failureToError } from '../../../src/gateway/failureToError.ts';

const REQUEST = '00000000-0000-4000-8000-000000000001';

function failed(kind: FailureKind, retryAfterMs?: number): FailedAttempt {
  return {
    failure: { kind, message: 'vendor message', vendorText: 'SECRET of the vendor', retryAfterMs },
    record: {
      requestId: REQUEST,
      orgId: null,
      attempt: 1,
      hedgeOf: null,
      provider: 'openai',
      modelId: 'openai/one',
      effort: null,
      startedAt: '2026-11-25T12:00:00.000Z',
      durationMs: 120,
      firstTokenMs: null,
      outcome: kind,
      message: 'vendor message',
      providerStatus: 500,
      providerRequestId: 'req_vendor',
      servedModel: null,
      usage: null,
      costUsd: null,
    },
  };
}

const told = (...kinds: FailureKind[]) =>
  failureToError(
    REQUEST,
    kinds.map((kind) => failed(kind)),
  );

const wait = (...waits: (number | undefined)[]) =>
  failureToError(
    REQUEST,
    waits.map((ms) => failed('rate-limited', ms)),
  ).details.retryAfterSec;

const ALONE: Record<FailureKind, ErrorCode> = {
  'rate-limited': 'providers_rate_limited',
  'timed-out': 'provider_timeout',
  overloaded: 'provider_unavailable',
  refused: 'validation_error',
  'bad-request': 'validation_error',
  'context-too-long': 'context_too_long',
  unauthorized: 'provider_error',
  'quota-exhausted': 'provider_error',
  'not-found': 'provider_error',
  'server-error': 'provider_error',
  unreachable: 'provider_unavailable',
  'malformed-reply': 'provider_error',
  'stream-cut': 'provider_error',
  cancelled: 'provider_error',
};

describe('the error after a chain that failed', () => {
  for (const kind of FAILURE_KINDS) {
    it(`is ${ALONE[kind]} when all failed with ${kind}`, () => {
      expect(told(kind).code).to.equal(ALONE[kind]);
      expect(told(kind, kind, kind).code).to.equal(ALONE[kind]);
    });
  }

  const mixed: [ErrorCode, FailureKind[]][] = [
    ['context_too_long', ['rate-limited', 'server-error', 'context-too-long']],
    ['provider_error', ['context-too-long', 'server-error']],
    ['provider_unavailable', ['rate-limited', 'overloaded']],
    ['provider_unavailable', ['timed-out', 'overloaded', 'unreachable']],
    ['provider_unavailable', ['timed-out', 'unreachable']],
    ['provider_error', ['bad-request', 'server-error']],
    ['provider_error', ['refused', 'bad-request']],
    ['provider_error', ['rate-limited', 'unauthorized']],
    ['provider_error', []],
  ];
  for (const [code, kinds] of mixed) {
    it(`is ${code} after ${kinds.join(', ') || 'no attempt at all'}`, () => {
      expect(told(...kinds).code).to.equal(code);
    });
  }

  it('asks for a retry exactly when time alone may help', () => {
    const retried = FAILURE_KINDS.filter((kind) => told(kind).details.shouldRetry);
    expect(retried).to.have.members([
      'rate-limited',
      'timed-out',
      'overloaded',
      'unreachable',
      'server-error',
      'stream-cut',
    ]);
    expect(told('rate-limited', 'server-error').details.shouldRetry).to.equal(true);
    expect(told('rate-limited', 'unauthorized').details.shouldRetry).to.equal(false);
    for (const kind of FAILURE_KINDS) {
      const { shouldRetry, retryAfterSec } = told(kind).details;
      expect(retryAfterSec, kind).to.equal(shouldRetry ? 1 : undefined);
    }
  });

  it('asks to wait for the provider that is ready first, in whole seconds and at least one', () => {
    expect(wait(9000, 2001, undefined)).to.equal(3);
    expect(wait(2000)).to.equal(2);
    expect(wait(0)).to.equal(1);
  });

  it('lists every attempt, and nothing that the vendor said', () => {
    const error = told('overloaded', 'timed-out');
    const attempt = { model: 'openai/one', status: 500, duration_ms: 120 };
    expect(error.details.details).to.deep.equal({
      request_id: REQUEST,
      attempts: [
        { ...attempt, outcome: 'overloaded' },
        { ...attempt, outcome: 'timed-out' },
      ],
    });
    for (const kind of FAILURE_KINDS) {
      const { message, details } = told(kind);
      expect(`${message} ${JSON.stringify(details)}`, kind).not.to.match(/SECRET|vendor message|req_vendor/);
    }
  });

  it('says what is at fault in the request, where we found it ourselves', () => {
    const own = failed('bad-request');
    const found = {
      ...own,
      failure: { ...own.failure, param: 'messages[0].x', message: 'an image could not be fetched' },
    };
    const error = failureToError(REQUEST, [failed('bad-request'), found]);
    expect(error).to.include({ code: 'validation_error', message: 'messages[0].x: an image could not be fetched' });
    expect(error.details.param).to.equal('messages[0].x');
    expect(failureToError(REQUEST, [found, failed('server-error')]).details.param).to.equal(undefined);
  });

  it('has the status of its code', () => {
    for (const kind of FAILURE_KINDS) expect(told(kind).status).to.equal(ERROR_CATALOGUE[ALONE[kind]].status);
  });
});
