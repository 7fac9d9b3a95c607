// The size of a whole prompt in tokens, estimated. Pure.
import { type Chat, type ContentPart, toFunctionCall } from '../domain/chat.ts';
import { estimateTokens } from '../domain/estimateTokens.ts';

const PER_MESSAGE = 4;
const PER_IMAGE = { low: 85, auto: 1_000 };

/** Tokens of the whole prompt: messages, tool definitions and the schema of the answer; and how many images are in it. */
export function estimatePrompt(chat: Chat): { tokens: number; images: number } {
  let tokens = 0;
  let images = 0;
  for (const message of chat.messages) {
    tokens += PER_MESSAGE;
    for (const { function: called } of (message.tool_calls ?? []).map(toFunctionCall))
      tokens += estimateTokens(called.name + called.arguments) + PER_MESSAGE;
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
