// A good answer of each vendor in its own words, whole and as the events of a stream: so many tokens, 20 tokens in.
import type { ProviderName } from '../../src/domain/catalog.ts';

export type Shape = 'openai' | 'anthropic' | 'gemini';
export const SHAPES: Readonly<Record<ProviderName, Shape>> = {
  openai: 'openai',
  openrouter: 'openai',
  groq: 'openai',
  anthropic: 'anthropic',
  google: 'gemini',
};

export function wordsOf(count: number): string[] {
  return Array.from({ length: count }, (_, place) => `w${place} `);
}

export function wholeReply(vendor: ProviderName, words: readonly string[]): object {
  const text = words.join('');
  switch (SHAPES[vendor]) {
    case 'anthropic':
      return {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'served',
        stop_reason: 'end_turn',
        content: [{ type: 'text', text }],
        usage: { input_tokens: 20, output_tokens: words.length },
      };
    case 'gemini':
      return {
        responseId: 'g1',
        modelVersion: 'served',
        candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts: [{ text }] } }],
        usageMetadata: { promptTokenCount: 20, candidatesTokenCount: words.length, totalTokenCount: 20 + words.length },
      };
    case 'openai':
      return {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_790_000_000,
        model: 'served',
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
        usage: { prompt_tokens: 20, completion_tokens: words.length, total_tokens: 20 + words.length },
      };
  }
}

/** The events of a streamed answer as frames: how it begins, one a word, and how it ends, finish reason and `[DONE]` apart. */
export type StreamFrames = {
  readonly start: readonly string[];
  readonly words: readonly string[];
  readonly finish: readonly string[];
  readonly done: readonly string[];
};

export function streamFrames(vendor: ProviderName, words: readonly string[]): StreamFrames {
  switch (SHAPES[vendor]) {
    case 'anthropic':
      return anthropicFrames(words);
    case 'gemini':
      return geminiFrames(words);
    case 'openai':
      return openAiFrames(vendor, words);
  }
}

export function frame(data: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

function openAiFrames(vendor: ProviderName, words: readonly string[]): StreamFrames {
  const chunk = (delta: object, more: object = {}, finish: string | null = null): string =>
    frame({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_790_000_000,
      model: 'served',
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...more,
    });
  const usage = { prompt_tokens: 20, completion_tokens: words.length, total_tokens: 20 + words.length };
  const counted =
    vendor === 'groq'
      ? [chunk({}, { x_groq: { id: 'req_1', usage } }, 'stop')]
      : [
          chunk({}, {}, 'stop'),
          frame({
            id: 'chatcmpl-1',
            object: 'chat.completion.chunk',
            created: 1_790_000_000,
            model: 'served',
            choices: [],
            usage,
          }),
        ];
  return {
    start: [chunk({ role: 'assistant', content: '' })],
    words: words.map((content) => chunk({ content })),
    finish: counted,
    done: ['data: [DONE]\n\n'],
  };
}

function named(data: { readonly type: string; readonly [field: string]: unknown }): string {
  return frame(data, data.type);
}

function anthropicFrames(words: readonly string[]): StreamFrames {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'served', content: [] };
  return {
    start: [
      named({ type: 'message_start', message: { ...message, usage: { input_tokens: 20, output_tokens: 1 } } }),
      named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      named({ type: 'ping' }),
    ],
    words: words.map((text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    finish: [
      named({ type: 'content_block_stop', index: 0 }),
      named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: words.length } }),
    ],
    done: [named({ type: 'message_stop' })],
  };
}

function geminiFrames(words: readonly string[]): StreamFrames {
  const part = (text: string, more: object = {}): string =>
    frame({
      responseId: 'g1',
      modelVersion: 'served',
      candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, ...more }],
      usageMetadata: { promptTokenCount: 20, candidatesTokenCount: words.length, totalTokenCount: 20 + words.length },
    });
  return { start: [], words: words.map((text) => part(text)), finish: [part('', { finishReason: 'STOP' })], done: [] };
}
