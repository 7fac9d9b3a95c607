// What a vendor's status and body mean: one pure table a vendor family, from the wire to a failure kind. Errors that hide in a
// 200 are recognised by the wire files, which use the same kinds.
import { z } from 'zod';
import type { FailureKind } from '../domain/events.ts';
import { type Failure, ProviderError } from './provider.ts';

export type ErrorReply = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
  /** ms epoch, for a `Retry-After` that is a date. */
  readonly now: number;
};

const code = z.union([z.string(), z.number()]).nullish();
const ErrorBody = z.looseObject({
  message: z.string().nullish(),
  type: z.string().nullish(),
  code,
  status: z.string().nullish(),
  error_type: z.string().nullish(),
  http_status: z.number().nullish(),
  metadata: z.looseObject({ error_type: z.string().nullish(), flagged_input: z.unknown().optional() }).nullish(),
  availability: z.looseObject({ code, retry_after: z.number().nullish() }).nullish(),
  details: z.unknown().optional(),
});
type ErrorBody = z.infer<typeof ErrorBody>;

// OpenAI and Anthropic: money is gone, not a moment's rush.
const QUOTA_CODES =
  /insufficient_quota|credit_balance_exhausted|spend_limit|usage_limit_exceeded|payment_required|billing_error|enforced_spend_limit|contract_spend_limit/;
const CONTEXT =
  /context_length_exceeded|context window|maximum context|token_limit_exceeded|string_too_long|prompt is too long|input token count|exceeds the maximum number of tokens/i;
const REFUSED = /content_policy|content_filter|refusal|moderation|guardrail|safety/i;
const BAD_KEY = /api key not valid|api_key_invalid|invalid api key/i;
// Anthropic says this as a plain 400.
const NO_CREDIT = /credit balance is too low/i;

export function toFailure(reply: ErrorReply): Failure {
  const body = readError(reply.text);
  const words = [
    body?.type,
    body?.code,
    body?.status,
    body?.error_type,
    body?.metadata?.error_type,
    body?.availability?.code,
    readDetailCode(body?.details),
  ]
    .filter((word) => word !== null && word !== undefined)
    .join(' ');
  const flagged = body?.metadata?.flagged_input !== undefined;
  const kind = flagged ? 'refused' : classify(reply.status, words, body?.message ?? '');
  const retryAfterMs = readRetryAfter(reply, body);
  return {
    kind,
    message: `the provider answered ${reply.status}${words && ` (${words.slice(0, 120)})`}`,
    status: reply.status,
    ...(words ? { code: words.slice(0, 200) } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    vendorText: reply.text.slice(0, 2_000),
  };
}

function classify(status: number, words: string, message: string): FailureKind {
  if (QUOTA_CODES.test(words)) return 'quota-exhausted';
  if (CONTEXT.test(words) || (status === 400 && CONTEXT.test(message))) return 'context-too-long';
  if (REFUSED.test(words)) return 'refused';
  if (status === 400 && BAD_KEY.test(message)) return 'unauthorized';
  if (status === 400 && NO_CREDIT.test(message)) return 'quota-exhausted';
  // A redirect or another 2xx is no answer that a vendor documents.
  if (status < 400) return 'malformed-reply';
  return KIND_OF_STATUS.get(status) ?? (status >= 500 ? 'server-error' : 'bad-request');
}

// What an error inside a 200 says of itself when it carries no status; the first that fits.
const STATUS_OF_WORDS: readonly (readonly [RegExp, number])[] = [
  [/rate_?limit|resource_exhausted|slow_down|too_many_requests/i, 429],
  [/overloaded|unavailable|capacity/i, 503],
  [/timeout|deadline_exceeded/i, 504],
  [/authentication|permission|unauthenticated|invalid_api_key/i, 401],
  [/payment_required|billing/i, 402],
  [/too_large/i, 413],
  [/not_found/i, 404],
  [/invalid_(?:request|prompt|argument)|failed_precondition/i, 400],
];

/** An error that came inside a 200: its own code is the status when it is one, else its words say which. */
export function toHiddenFailure(error: unknown, now: number): Failure {
  const text = JSON.stringify({ error });
  const body = readError(text);
  const own = [Number(body?.code ?? Number.NaN), body?.http_status ?? Number.NaN].find((n) => n >= 400 && n < 600);
  const words = [body?.type, body?.code, body?.status, body?.error_type, body?.metadata?.error_type].join(' ');
  const status = own ?? STATUS_OF_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 502;
  const failure = toFailure({ status, header: () => undefined, text, now });
  return { ...failure, status: 200, message: `the provider reported an error inside its answer: ${failure.kind}` };
}

const KIND_OF_STATUS: ReadonlyMap<number, FailureKind> = new Map([
  [401, 'unauthorized'],
  [402, 'quota-exhausted'],
  [403, 'unauthorized'],
  [404, 'not-found'],
  [408, 'timed-out'],
  [410, 'not-found'],
  [413, 'context-too-long'],
  [429, 'rate-limited'],
  // Groq: flex capacity exceeded, and its own cancellation; 529 is Anthropic's.
  [498, 'overloaded'],
  [499, 'server-error'],
  [503, 'overloaded'],
  [504, 'timed-out'],
  [529, 'overloaded'],
]);

/** Four shapes: `{error: {…}}`, `{type: "error", error: {…}}`, `[{error: {…}}]` and `{error: "text"}`. */
function readError(text: string): ErrorBody | undefined {
  const parsed = parseJson(text);
  const outer: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const inner = outer !== null && typeof outer === 'object' && 'error' in outer ? outer.error : outer;
  if (typeof inner === 'string') return { message: inner, details: undefined };
  const result = ErrorBody.safeParse(inner);
  return result.success ? result.data : undefined;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const QuotaFailures = z.array(
  z.looseObject({ violations: z.array(z.looseObject({ quotaId: z.string().optional() })).optional() }),
);

/** Anthropic's `details.error_code`; of Gemini's, that a limit of days and not of minutes was reached. */
function readDetailCode(details: unknown): string | undefined {
  const result = z.looseObject({ error_code: z.string() }).safeParse(details);
  if (result.success) return result.data.error_code;
  const quotas = QuotaFailures.safeParse(details);
  const ids = quotas.success ? quotas.data.flatMap(({ violations = [] }) => violations) : [];
  return ids.some(({ quotaId }) => /PerDay/.test(quotaId ?? '')) ? 'usage_limit_exceeded' : undefined;
}

const RetryInfo = z.array(z.looseObject({ retryDelay: z.string().optional() }));

function readRetryAfter({ header, now }: ErrorReply, body: ErrorBody | undefined): number | undefined {
  const inMs = Number(header('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(inMs)) return Math.max(0, inMs);
  const after = header('retry-after');
  if (after !== undefined) {
    const seconds = Number(after);
    const until = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(after) - now;
    if (Number.isFinite(until)) return Math.max(0, until);
  }
  const availableIn = body?.availability?.retry_after;
  if (typeof availableIn === 'number') return Math.max(0, availableIn * 1_000);
  const delays = RetryInfo.safeParse(body?.details);
  const delay = delays.success ? delays.data.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay : undefined;
  const match = /^([\d.]+)s$/.exec(delay ?? '');
  return match ? Number(match[1]) * 1_000 : undefined;
}

export function malformed(message: string, vendorText?: string, providerRequestId?: string): Failure {
  return { kind: 'malformed-reply', message, status: 200, vendorText: vendorText?.slice(0, 2_000), providerRequestId };
}

/** What a vendor's body must at least be; unknown fields pass. @throws ProviderError `malformed-reply` */
export function parseReply<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const where = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new ProviderError(
    malformed(`the provider's answer has another shape than expected: ${where.slice(0, 300)}`, JSON.stringify(body)),
  );
}
