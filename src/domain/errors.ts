// Everything a caller can be told went wrong: one catalogue, one class. docs/errors.md is held equal to it by a test.

/** `type` is the OpenAI family name that SDKs switch on. */
export const ERROR_CATALOGUE = {
  validation_error: { status: 400, type: 'invalid_request_error' },
  context_too_long: { status: 400, type: 'invalid_request_error' },
  no_eligible_model: { status: 400, type: 'invalid_request_error' },
  invalid_api_key: { status: 401, type: 'authentication_error' },
  budget_exceeded: { status: 402, type: 'insufficient_quota' },
  forbidden: { status: 403, type: 'permission_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  request_timeout: { status: 408, type: 'invalid_request_error' },
  payload_too_large: { status: 413, type: 'invalid_request_error' },
  idempotency_conflict: { status: 422, type: 'invalid_request_error' },
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error' },
  providers_rate_limited: { status: 429, type: 'rate_limit_error' },
  headers_too_large: { status: 431, type: 'invalid_request_error' },
  internal_error: { status: 500, type: 'api_error' },
  provider_error: { status: 502, type: 'api_error' },
  overloaded: { status: 503, type: 'overloaded_error' },
  provider_unavailable: { status: 503, type: 'api_error' },
  budget_unavailable: { status: 503, type: 'api_error' },
  provider_timeout: { status: 504, type: 'timeout_error' },
} as const satisfies Record<string, { status: number; type: string }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

export type ErrorDetails = {
  /** The field of the request that is at fault, as a path (`messages[0].role`). */
  readonly param?: string;
  /** Whole seconds after which a retry may help. */
  readonly retryAfterSec?: number;
  /** False when a retry cannot help: becomes `x-should-retry: false`. */
  readonly shouldRetry?: boolean;
  /** What stands under `details` in the answer. Never internal or vendor text. */
  readonly details?: Readonly<Record<string, unknown>>;
};

/** An error that a caller is told. Its message is written for the caller and says what to change. */
export class RouterError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RouterError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }
}
