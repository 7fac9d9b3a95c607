// An error as a caller sees it, everywhere in the same shape, and a validation problem in words that say what to change. Pure.
import { z } from 'zod';
import { ERROR_CATALOGUE, RouterError } from '../domain/errors.ts';

export function errorBody(error: RouterError, requestId: string): object {
  const { param = null, details } = error.details;
  return {
    error: {
      message: error.message,
      type: ERROR_CATALOGUE[error.code].type,
      param,
      code: error.code,
      ...(details ? { details } : {}),
    },
    request_id: requestId,
  };
}

export function errorHeaders({ details, status }: RouterError): Record<string, string> {
  const retryAfter = details.retryAfterSec ?? (status === 503 ? 1 : undefined);
  return {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
    ...(details.shouldRetry === undefined ? {} : { 'x-should-retry': String(details.shouldRetry) }),
  };
}

/** Parses a body or a query. @throws RouterError `validation_error` that names the field and what is allowed */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.infer<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues
    .flatMap((issue) => unfold(issue))
    .map((issue) => ({ param: pathOf(issue.path), problem: describe(issue) }));
  const [first] = problems;
  throw new RouterError(
    'validation_error',
    problems
      .map(({ param, problem }) => `${param || 'the body'}: ${problem}`)
      .join('; ')
      .slice(0, 1_000),
    {
      shouldRetry: false,
      ...(first?.param ? { param: first.param } : {}),
      ...(problems.length > 1 ? { details: { problems } } : {}),
    },
  );
}

/** An id out of a path. @throws RouterError `not_found`: what is no id is nobody's */
export function idIn(text: unknown, what: string): string {
  const id = z.uuid().safeParse(text);
  if (id.success) return id.data;
  throw new RouterError('not_found', `There is no ${what} of that id.`, { shouldRetry: false });
}

function depth(branch: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...branch.map(({ path }) => path.length));
}

/** Of what may be one of several things, the one that comes nearest says what is wrong with it. */
function unfold(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || !issue.message.startsWith('Invalid ')) return [issue];
  const nearest = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0];
  if (!nearest || depth(nearest) === 0) return [issue];
  return nearest.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] }));
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    '',
  );
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') {
    const allowed = `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    // zod's own words say the same; ours say why.
    return issue.message.startsWith('Invalid ') ? allowed : `${allowed}: ${issue.message}`;
  }
  return issue.message.replace(/^Invalid input: /, '');
}
