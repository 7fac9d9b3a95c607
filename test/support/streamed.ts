// A stream of ours as a caller reads it: every frame as it came, its chunks, and what they say together.
import type { TestRouter } from './router.ts';

export type StreamedChunk = {
  readonly id?: string;
  readonly object?: string;
  readonly model?: string;
  readonly choices?: readonly {
    readonly index: number;
    readonly delta: { readonly role?: string; readonly content?: string; readonly [field: string]: unknown };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  readonly omni?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: string; readonly type: string; readonly message: string };
  readonly [field: string]: unknown;
};
export type Streamed = {
  readonly status: number;
  readonly headers: Headers;
  readonly requestId: string;
  readonly text: string;
  readonly frames: readonly string[];
  readonly chunks: readonly StreamedChunk[];
  readonly content: string;
  readonly done: boolean;
};

export async function readStream(
  router: Pick<TestRouter, 'url' | 'key'>,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Streamed> {
  const response = await fetch(`${router.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${router.key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ stream: true, ...body }),
  });
  const text = await response.text();
  const frames = text.split('\n\n').filter(Boolean);
  const data = frames.filter((frame) => frame.startsWith('data: ') && frame !== 'data: [DONE]');
  const chunks = response.status === 200 ? data.map((frame) => JSON.parse(frame.slice(6)) as StreamedChunk) : [];
  return {
    status: response.status,
    headers: response.headers,
    requestId: response.headers.get('x-request-id') ?? '',
    text,
    frames,
    chunks,
    content: chunks.map(({ choices }) => choices?.[0]?.delta.content ?? '').join(''),
    done: frames.at(-1) === 'data: [DONE]',
  };
}
