// Images that a chat names by address, as their bytes: for vendors that fetch none themselves. Each once, few at a time, and not more of
// them than a request may hold: a caller's short list of addresses must not fill our memory, nor set us on others.
import type { Chat, ContentPart } from '../domain/chat.ts';
import type { ImageFetcher } from './fetchImage.ts';
import { ProviderError } from './provider.ts';

const MOST = { images: 32, bytes: 32 * 1024 * 1024, atOnce: 4 };

/** @throws ProviderError `bad-request` when one of them may not or cannot be fetched */
export async function inlineImages(chat: Chat, images: ImageFetcher, signal: AbortSignal): Promise<Chat> {
  const urls = new Set(
    chat.messages.flatMap(({ content }) => (Array.isArray(content) ? content.flatMap(addressIn) : [])),
  );
  if (urls.size === 0) return chat;
  if (urls.size > MOST.images) throw tooMuch(`${urls.size} images by address; at most ${MOST.images} are fetched`);
  const inline = await fetchAll([...urls], images, signal);
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
): Promise<ReadonlyMap<string, string>> {
  const inline = new Map<string, string>();
  const waiting = [...urls];
  let total = 0;
  const worker = async (): Promise<void> => {
    for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
      const { mimeType, bytes } = await images.fetchImage(url, signal);
      total += bytes.length;
      if (total > MOST.bytes) throw tooMuch(`images of more than ${MOST.bytes} bytes in one request`);
      inline.set(url, `data:${mimeType};base64,${bytes.toString('base64')}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST.atOnce, urls.length) }, worker));
  return inline;
}

function tooMuch(message: string): ProviderError {
  return new ProviderError({ kind: 'bad-request', message });
}

function addressIn({ image_url }: ContentPart): string[] {
  return image_url && /^https?:/i.test(image_url.url) ? [image_url.url] : [];
}
