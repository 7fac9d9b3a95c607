// How the page asks the API: JSON over the session cookie, errors as the API words them, and the session's token on every request
// that changes something.

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;

  constructor(status: number, code: string, message: string, requestId?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

export type Params = Readonly<Record<string, string | number | undefined>>;
type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

let csrfToken = '';

/** Every answer about the session brings the token that goes with its cookie. */
export function rememberToken(token: string): void {
  csrfToken = token;
}

export function addressOf(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined && value !== '') query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** @throws ApiError for every answer but a success, and when there is none */
export async function getJson<T>(path: string, params?: Params, signal?: AbortSignal): Promise<T> {
  return await readJson<T>(await ask(addressOf(path, params), signal ? { signal } : {}));
}

/** @throws ApiError for every answer but a success, and when there is none */
export async function sendJson<T>(method: Method, path: string, body?: unknown): Promise<T> {
  return await readJson<T>(await send(method, path, body));
}

/** The answer as it comes, for those who read it piece by piece. @throws ApiError for every answer but a success */
export async function send(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  return await ask(path, {
    method,
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
}

async function ask(address: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'The router does not answer. Is it running?');
  }
  if (response.ok) return response;
  throw await toApiError(response);
}

async function readJson<T>(response: Response): Promise<T> {
  // 204: it was done, and there is nothing to say.
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function toApiError(response: Response): Promise<ApiError> {
  const text = await response.text();
  const { error, request_id: requestId } = parseProblem(text);
  return new ApiError(
    response.status,
    error?.code ?? 'unknown',
    error?.message ?? `The router answered ${response.status} without a reason.`,
    requestId,
  );
}

type Problem = { readonly error?: { readonly code?: string; readonly message?: string }; readonly request_id?: string };

function parseProblem(text: string): Problem {
  try {
    return (JSON.parse(text) as Problem | null) ?? {};
  } catch {
    // Something in front of the router answered in its place.
    return {};
  }
}
