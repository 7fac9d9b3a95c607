// What a caller is told when every model of the chain has failed: the most useful error, never a vendor's words. Pure.
import { RouterError, type ErrorCode } from '../domain/errors.ts';
import type { FailureKind } from '../domain/events.ts';
import type { FailedAttempt } from './attempts.ts';

type Told = { readonly code: ErrorCode; readonly message: string; readonly shouldRetry: boolean };

const AWAY: ReadonlySet<FailureKind> = new Set(['unreachable', 'overloaded', 'timed-out', 'rate-limited']);
/** What a moment may cure. */
const PASSING: ReadonlySet<FailureKind> = new Set([...AWAY, 'server-error', 'stream-cut']);

// The first line that fits wins: what the caller can change comes first, then what passes by itself.
const TOLD: readonly { readonly when: (kinds: readonly FailureKind[]) => boolean; readonly told: Told }[] = [
  {
    // Of a chain that ended elsewhere, another model might still have taken it.
    when: (kinds) => kinds.at(-1) === 'context-too-long',
    told: {
      code: 'context_too_long',
      message: 'The prompt is longer than the models that could answer take: shorten it.',
      shouldRetry: false,
    },
  },
  {
    when: (kinds) => kinds.every((kind) => kind === 'bad-request'),
    told: {
      code: 'validation_error',
      message:
        'Every provider refused the form of this request: check its fields against the model that was asked for.',
      shouldRetry: false,
    },
  },
  {
    when: (kinds) => kinds.every((kind) => kind === 'refused'),
    told: {
      code: 'validation_error',
      message: 'The providers refused the content of this request: change it.',
      shouldRetry: false,
    },
  },
  {
    when: (kinds) => kinds.every((kind) => kind === 'rate-limited'),
    told: {
      code: 'providers_rate_limited',
      message: 'Every provider that could answer is limiting our rate: try again later.',
      shouldRetry: true,
    },
  },
  {
    when: (kinds) => kinds.every((kind) => kind === 'timed-out'),
    told: { code: 'provider_timeout', message: 'No provider answered in time.', shouldRetry: true },
  },
  {
    when: (kinds) => kinds.every((kind) => AWAY.has(kind)),
    told: {
      code: 'provider_unavailable',
      message: 'No provider that could answer is available now: try again later.',
      shouldRetry: true,
    },
  },
];
const OTHERWISE: Told = {
  code: 'provider_error',
  message: 'Every provider that was tried has failed.',
  shouldRetry: false,
};

export function failureToError(requestId: string, failures: readonly FailedAttempt[]): RouterError {
  const kinds = failures.map(({ failure }) => failure.kind);
  const otherwise = { ...OTHERWISE, shouldRetry: kinds.length > 0 && kinds.every((kind) => PASSING.has(kind)) };
  const told = TOLD.find(({ when }) => kinds.length > 0 && when(kinds))?.told ?? otherwise;
  const { code, shouldRetry } = told;
  // What we found at fault ourselves is said as it is; vendors' words never are.
  const fault = code === 'validation_error' ? failures.find(({ failure }) => failure.param !== undefined) : undefined;
  const message = fault ? `${fault.failure.param}: ${fault.failure.message}` : told.message;
  const waits = failures.flatMap(({ failure }) => failure.retryAfterMs ?? []);
  const attempts = failures.map(({ record }) => ({
    model: record.modelId,
    outcome: record.outcome,
    status: record.providerStatus,
    duration_ms: record.durationMs,
  }));
  return new RouterError(code, message, {
    shouldRetry,
    ...(fault?.failure.param === undefined ? {} : { param: fault.failure.param }),
    ...(shouldRetry
      ? { retryAfterSec: waits.length > 0 ? Math.max(1, Math.ceil(Math.min(...waits) / 1_000)) : 1 }
      : {}),
    details: { request_id: requestId, attempts },
  });
}
