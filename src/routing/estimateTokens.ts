// Prompt tokens estimated by kind of character: no tokenizer runs on the request path (it would cost 280 µs at 30 kB).
// docs/request-lifecycle.md tells the error on real texts. Pure.
import type { Chat, ContentPart } from '../domain/chat.ts';

// Tokens per character (per word for letters), fitted against o200k on prose and code in five languages.
const PER_WORD = 0.72;
const PER_LETTER = 0.098;
const PER_WIDE = 0.82;
// Accented letters split words more often than plain ones do.
const PER_ACCENT = 0.3;
const PER_DIGIT = 0.42;
const PER_MARK = 0.58;
const PER_LINE = 0.25;
const PER_MESSAGE = 4;
const PER_IMAGE = { low: 85, auto: 1_000 };

export function estimateTokens(text: string): number {
  let letters = 0;
  let accents = 0;
  let words = 0;
  let wide = 0;
  let digits = 0;
  let marks = 0;
  let lines = 0;
  let inWord = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 0xc0 && code < 0x2000);
    if (isLetter) {
      letters += 1;
      if (code >= 0xc0) accents += 1;
      if (!inWord) words += 1;
    } else if (code >= 0x2e80) wide += 1;
    else if (code >= 48 && code <= 57) digits += 1;
    else if (code === 10) lines += 1;
    else if (code > 32) marks += 1;
    inWord = isLetter;
  }
  return Math.ceil(
    words * PER_WORD +
      letters * PER_LETTER +
      accents * PER_ACCENT +
      wide * PER_WIDE +
      digits * PER_DIGIT +
      marks * PER_MARK +
      lines * PER_LINE,
  );
}

/** Tokens of the whole prompt: messages, tool definitions and the schema of the answer; and how many images are in it. */
export function estimatePrompt(chat: Chat): { tokens: number; images: number } {
  let tokens = 0;
  let images = 0;
  for (const message of chat.messages) {
    tokens += PER_MESSAGE;
    for (const call of message.tool_calls ?? [])
      tokens += estimateTokens(call.function.name + call.function.arguments) + PER_MESSAGE;
    if (typeof message.content === 'string') tokens += estimateTokens(message.content);
    for (const part of Array.isArray(message.content) ? message.content : []) {
      tokens += estimateTokens(part.text ?? '');
      if (!isImage(part)) continue;
      images += 1;
      tokens += part.image_url?.detail === 'low' ? PER_IMAGE.low : PER_IMAGE.auto;
    }
  }
  if (chat.tools) tokens += estimateTokens(JSON.stringify(chat.tools));
  if (chat.response_format?.json_schema) tokens += estimateTokens(JSON.stringify(chat.response_format.json_schema));
  return { tokens, images };
}

export function isImage(part: ContentPart): boolean {
  return part.type === 'image_url' || part.type === 'input_image' || part.type === 'image';
}
