// Asking from the page: the decision without a call, and the answer as it comes.
import { createParser } from 'eventsource-parser';
import type { z } from 'zod';
import type { ChatAnswer, DebugAnswer } from '../../api/answers.ts';
import { ApiError, send, sendJson } from './client.ts';

export type Question = {
  readonly messages: readonly { readonly role: 'user'; readonly content: string }[];
  readonly priority: 'cheap' | 'balanced' | 'best';
  readonly latency_pref: 'normal' | 'fast';
  readonly max_cost?: number;
};
export type Decision = z.infer<typeof DebugAnswer>;
export type ChatDone = z.infer<typeof ChatAnswer>;

type Frame = {
  readonly delta?: string;
  readonly reasoning?: string;
  readonly done?: true;
  readonly error?: { readonly code: string; readonly message: string };
  readonly request_id?: string;
};

export async function decideFor(question: Question): Promise<Decision> {
  return await sendJson<Decision>('POST', '/v1/router/debug', question);
}

/** Tells each piece of text as it comes; resolves with the whole. @throws ApiError, also for a stream that ends before its end */
export async function ask(question: Question, onText: (text: string) => void, signal: AbortSignal): Promise<ChatDone> {
  const response = await send('POST', '/v1/chat', { ...question, stream: true }, signal);
  let done: ChatDone | undefined;
  const hear = (data: string): void => {
    if (data === '[DONE]') return;
    const frame = JSON.parse(data) as Frame;
    if (frame.error) throw new ApiError(response.status, frame.error.code, frame.error.message, frame.request_id);
    if (frame.delta !== undefined) onText(frame.delta);
    if (frame.done) done = frame as unknown as ChatDone;
  };
  await readEvents(response, hear);
  if (!done) throw new ApiError(0, 'stream_cut', 'The answer was cut off before its end.');
  return done;
}

async function readEvents(response: Response, hear: (data: string) => void): Promise<void> {
  if (!response.body) return;
  const parser = createParser({ onEvent: ({ data }) => hear(data) });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(value);
  }
}
