// Images that a chat names by address, as their bytes: for vendors that fetch none themselves. All of them at once, each once.
import type { Chat, ContentPart } from '../domain/chat.ts';
import type { ImageFetcher } from './fetchImage.ts';

/** @throws ProviderError `bad-request` when one of them may not or cannot be fetched */
export async function inlineImages(chat: Chat, images: ImageFetcher, signal: AbortSignal): Promise<Chat> {
  const urls = new Set(
    chat.messages.flatMap(({ content }) => (Array.isArray(content) ? content.flatMap(addressIn) : [])),
  );
  if (urls.size === 0) return chat;
  const inline = new Map(
    await Promise.all(
      [...urls].map(async (url) => {
        const { mimeType, bytes } = await images.fetchImage(url, signal);
        return [url, `data:${mimeType};base64,${bytes.toString('base64')}`] as const;
      }),
    ),
  );
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

function addressIn({ image_url }: ContentPart): string[] {
  return image_url && /^https?:/i.test(image_url.url) ? [image_url.url] : [];
}
