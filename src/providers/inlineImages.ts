// Images that a chat names by address, as their bytes: for vendors that fetch none themselves. Each once, few at a time, and not more of
// them than a request may hold: a caller's short list of addresses must not fill our memory, nor set us on others.
import type { Chat, ContentPart } from '../domain/chat.ts';
import type { Image, ImageFetcher } from './fetchImage.ts';
import { transportFailure } from './http.ts';
import { type CallOptions, ProviderError } from './provider.ts';

const MOST = { images: 32, bytes: 32 * 1024 * 1024, atOnce: 4 };

/** @throws ProviderError `bad-request`, in words for the caller, when one of them may not or cannot be fetched */
export async function inlineImages(
  chat: Chat,
  images: ImageFetcher,
  { signal, native }: Pick<CallOptions, 'signal' | 'native'>,
): Promise<Chat> {
  const urls = new Set(
    chat.messages.flatMap(({ content }) => (Array.isArray(content) ? content.flatMap(addressIn) : [])),
  );
  if (urls.size === 0) return chat;
  const sent = native ? native.body['messages'] : chat.messages;
  const place = (url: string): string => findPath(url, sent, 'messages') ?? 'messages';
  if (urls.size > MOST.images) throw tooMuch(`${urls.size} images by address; at most ${MOST.images} are fetched`);
  const inline = await fetchAll([...urls], images, signal, place);
  const toInline = (part: ContentPart): ContentPart => {
    const url = part.image_url && inline.get(part.image_url.url);
    return url === undefined ? part : { ...part, image_url: { ...part.image_url, url } };
  };
  return {
    ...chat,
    messages: chat.messages.map((message) =>
      Array.isArray(message.content) ? { ...message, content: message.content.map(toInline) } : message,
    ),
  };
}

async function fetchAll(
  urls: readonly string[],
  images: ImageFetcher,
  signal: AbortSignal,
  place: (url: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const inline = new Map<string, string>();
  const waiting = [...urls];
  let total = 0;
  const worker = async (): Promise<void> => {
    for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
      const { mimeType, bytes } = await fetchOne(url, images, signal, place);
      total += bytes.length;
      if (total > MOST.bytes) throw tooMuch(`images of more than ${MOST.bytes} bytes in one request`);
      inline.set(url, `data:${mimeType};base64,${bytes.toString('base64')}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST.atOnce, urls.length) }, worker));
  return inline;
}

async function fetchOne(
  url: string,
  images: ImageFetcher,
  signal: AbortSignal,
  place: (url: string) => string,
): Promise<Image> {
  try {
    return await images.fetchImage(url, signal);
  } catch (error) {
    if (error instanceof ProviderError)
      throw new ProviderError({ ...error.failure, param: place(url) }, { cause: error });
    if (signal.aborted) throw new ProviderError(transportFailure(error, signal), { cause: error });
    throw error;
  }
}

function tooMuch(message: string): ProviderError {
  return new ProviderError({ kind: 'bad-request', message, param: 'messages' });
}

function addressIn({ image_url }: ContentPart): string[] {
  return image_url && /^https?:/i.test(image_url.url) ? [image_url.url] : [];
}

// Deeper than an image in a part of a tool's result no address of one can stand.
const DEEPEST = 10;

/** Where an address stands in what the caller sent, as a path. */
function findPath(wanted: string, value: unknown, path: string, depth = 0): string | undefined {
  if (value === wanted) return path;
  if (value === null || typeof value !== 'object' || depth > DEEPEST) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    // A text that says nothing but the address is not at fault.
    if (typeof inner === 'string' && key !== 'url') continue;
    const found = findPath(wanted, inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
