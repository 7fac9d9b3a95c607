// Bytes of an image that a caller named by address, for vendors that want them inline. It is the caller's word that is followed
// here, so: http and https only, public addresses only, checked on the very address that is connected to (a name that answers
// differently the second time gains nothing), every redirect anew, and no more bytes and time than an image needs.
import { lookup as lookupName, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, buildConnector, request } from 'undici';
import { ProviderError } from './provider.ts';
import { type Network, mayBeCalled, toNetwork } from './publicAddress.ts';

export type Image = { readonly mimeType: string; readonly bytes: Buffer };

export type ImageFetcher = {
  /** @throws ProviderError `bad-request`, in words for the caller, when it may not or cannot be fetched */
  fetchImage(url: string, signal: AbortSignal): Promise<Image>;
  close(): Promise<void>;
};

export type ImageFetcherOptions = {
  /** Networks that may be called although they are not public. */
  readonly allowed?: readonly string[];
  /** For tests: what a name stands for. */
  readonly resolve?: Resolve;
};

const MOST_BYTES = 20 * 1024 * 1024;
const MOST_REDIRECTS = 3;
const TIMES = { connectMs: 3_000, headersMs: 5_000, bodyMs: 10_000 };
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function openImageFetcher({ allowed = [], resolve = resolveName }: ImageFetcherOptions = {}): ImageFetcher {
  const agent = openGuardedAgent(allowed.map(toNetwork), resolve);
  return {
    async fetchImage(url, signal) {
      let target = toTarget(url);
      for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
        const reply = await ask(agent, target, signal);
        if ('image' in reply) return reply.image;
        target = toTarget(new URL(reply.location, target).href);
      }
      throw refused('it redirects too often');
    },
    close: () => agent.close(),
  };
}

function toTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw refused('its address is not one of http or https');
  if (url.username !== '' || url.password !== '') throw refused('its address must not hold a user or a password');
  return url;
}

class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

/** Connects to allowed addresses only: asked at the look-up, and once more of the socket that came of it. */
function openGuardedAgent(allowed: readonly Network[], resolve: Resolve): Agent {
  const lookup: LookupFunction = (host, options, callback) => {
    resolve(host, (error, found) => {
      const [first] = found ?? [];
      if (error) callback(error, '', 4);
      // One forbidden address among several is a trap, not a choice.
      else if (!first || !found?.every(({ address }) => mayBeCalled(address, allowed)))
        callback(new ForbiddenAddress(host), '', 4);
      else if (options.all) callback(null, [...found]);
      else callback(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ timeout: TIMES.connectMs, lookup });
  return new Agent({
    connect(options, callback) {
      // A literal address is connected to without a look-up.
      const literal = options.hostname.replace(/^\[|\]$/g, '');
      if (isLiteral(literal) && !mayBeCalled(literal, allowed)) {
        callback(new ForbiddenAddress(literal), null);
        return;
      }
      connect(options, (error, socket) => {
        if (error) callback(error, null);
        else if (mayBeCalled(socket.remoteAddress, allowed)) callback(null, socket);
        else {
          socket.destroy();
          callback(new ForbiddenAddress(literal), null);
        }
      });
    },
  });
}

type Resolved = (error: NodeJS.ErrnoException | null, found?: readonly LookupAddress[]) => void;
type Resolve = (host: string, done: Resolved) => void;

const resolveName: Resolve = (host, done) => lookupName(host, { all: true }, done);

function isLiteral(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}

type Reply = { readonly image: Image } | { readonly location: string };

async function ask(agent: Agent, url: URL, signal: AbortSignal): Promise<Reply> {
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher: agent,
      method: 'GET',
      headers: { accept: 'image/*' },
      headersTimeout: TIMES.headersMs,
      bodyTimeout: TIMES.bodyMs,
      signal,
    });
    const type = one(headers['content-type'])?.split(';')[0]?.trim().toLowerCase() ?? '';
    const location = one(headers['location']);
    if (REDIRECTS.has(statusCode) && location !== undefined) {
      drop(body);
      return { location };
    }
    if (statusCode !== 200 || !type.startsWith('image/')) {
      drop(body);
      throw refused(statusCode === 200 ? 'what is there is not an image' : `its server answered ${statusCode}`);
    }
    return { image: { mimeType: type, bytes: await readAtMost(body) } };
  } catch (error) {
    if (error instanceof ProviderError || signal.aborted) throw error;
    // Which of both it was is not told apart: nobody shall learn from it what lives inside.
    throw refused('its server cannot be reached, or may not be', error);
  }
}

/** What nobody reads must not keep its connection; that it was cut short is no error of anybody's. */
function drop(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

async function readAtMost(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > MOST_BYTES) throw refused('it is over 20 MB');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function refused(reason: string, cause?: unknown): ProviderError {
  const failure = { kind: 'bad-request' as const, message: `an image could not be fetched: ${reason}` };
  return new ProviderError(failure, { cause });
}
