// The one way in which a feed is asked: a deadline, a limit in size, and answers that must not be used told apart from feeds that are away.
import { FeedRefused } from './feedReading.ts';

export type FeedRequest = {
  readonly source: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Ms epoch, for answers that say how long to wait. */
  readonly now: number;
};

/** The feed could not be reached or did not answer whole: asking again may help. */
export class FeedAway extends Error {
  override readonly name = 'FeedAway';
}

const MOST_BYTES = 64 * 1024 * 1024;
const PERMANENT: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 410]);

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;

/**
 * The body of a 200. What was sent as a header is a secret: a feed that repeats it is not quoted with it, nor kept with it, and no other
 * origin gets it. @throws FeedRefused for an answer that says no, FeedAway for one that did not come
 */
export async function fetchFeed(request: FeedRequest): Promise<Buffer> {
  const { source, url, headers, signal, timeoutMs, now } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  const secrets = secretsOf(url, headers);
  try {
    const response = await follow(request, AbortSignal.any([signal, timeout]));
    const body = withoutSecrets(await readWhole(source, response), secrets);
    if (response.status !== 200) throw refusalOf(source, response, beginOf(body), now);
    return body;
  } catch (error) {
    if (error instanceof FeedRefused || error instanceof FeedAway) throw error;
    signal.throwIfAborted();
    const why = timeout.aborted ? `no whole answer within ${timeoutMs / 1_000} s` : reasonOf(error);
    const told = withoutSecrets(Buffer.from(why), secrets).toString();
    // A cause is logged too.
    throw new FeedAway(`${source}: ${new URL(url).host}: ${told}`, told === why ? { cause: error } : {});
  }
}

/** A redirect takes headers along wherever it goes, but for `authorization`: with a key, only within the origin that it is for. */
async function follow({ source, url, headers = {} }: FeedRequest, signal: AbortSignal): Promise<Response> {
  const origin = new URL(url).origin;
  let next = url;
  for (let count = 0; count <= MOST_REDIRECTS; count += 1) {
    const response = await fetch(next, {
      headers: { accept: 'application/json', 'user-agent': 'omni-model-router', ...headers },
      signal,
      redirect: 'manual',
    });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return response;
    await response.body?.cancel();
    const target = new URL(location, next);
    if (Object.keys(headers).length > 0 && target.origin !== origin) {
      throw new FeedRefused(source, `sends us to ${target.host}, which must not get its key: is its base URL right?`, {
        permanent: true,
      });
    }
    next = target.href;
  }
  throw new FeedRefused(source, `sends us on more than ${MOST_REDIRECTS} times`);
}

/** Shorter ones would be found anywhere. */
const LEAST_SECRET = 6;

function secretsOf(url: string, headers: FeedRequest['headers'] = {}): string[] {
  const { username, password } = new URL(url);
  const sent = Object.values(headers).map((value) => value.replace(/^Bearer /i, ''));
  return [...sent, username, password]
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .filter((secret, place, all) => secret.length >= LEAST_SECRET && all.indexOf(secret) === place);
}

function withoutSecrets(body: Buffer, secrets: readonly string[]): Buffer {
  if (!secrets.some((secret) => body.includes(secret))) return body;
  return Buffer.from(secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), body.toString('utf8')));
}

export function parseFeed(source: string, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const begin = body.subarray(0, 40).toString('utf8').replace(/\s+/g, ' ');
    throw new FeedRefused(source, `the answer is not JSON, it begins with ${JSON.stringify(begin)}`, { cause: error });
  }
}

async function readWhole(source: string, response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new FeedRefused(source, `the answer is over ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function beginOf(body: Buffer): string {
  return body.toString('utf8').slice(0, 200).replace(/\s+/g, ' ');
}

function refusalOf(source: string, response: Response, said: string, now: number): Error {
  const { status } = response;
  const message = `answered ${status}${said ? `: ${said}` : ''}`;
  if (status === 429) {
    const wait = { permanent: true, asksToWait: true, retryAt: retryAt(response, now) };
    return new FeedRefused(source, message, wait);
  }
  if (PERMANENT.has(status)) return new FeedRefused(source, `${message}${HINTS[status] ?? ''}`, { permanent: true });
  return new FeedAway(`${source}: ${message}`);
}

const HINTS: Readonly<Record<number, string>> = {
  401: ' (is its key right?)',
  403: ' (the key does not allow this; such an answer costs quota too)',
  410: ' (this address was retired: the router needs a newer release, or another base URL)',
};

/** No answer shuts a feed for longer: the next one may say so again. */
export const MOST_WAIT_MS = 86_400_000;
/** As seconds, the year 5138: such a number is in milliseconds. */
const LEAST_MS_EPOCH = 100_000_000_000;

/** X-RateLimit-Reset in seconds or milliseconds of the epoch, or Retry-After in seconds or as a date; within a day from now. */
function retryAt(response: Response, now: number): number | undefined {
  const at = namedTime(response, now);
  return at === undefined ? undefined : Math.min(Math.max(at, now), now + MOST_WAIT_MS);
}

function namedTime({ headers }: Response, now: number): number | undefined {
  const reset = Number(headers.get('x-ratelimit-reset') ?? NaN);
  if (Number.isFinite(reset) && reset > 1_000_000_000) return reset > LEAST_MS_EPOCH ? reset : reset * 1_000;
  const after = headers.get('retry-after');
  if (after === null) return undefined;
  return Number.isFinite(Number(after)) ? now + Number(after) * 1_000 : Date.parse(after) || undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}
