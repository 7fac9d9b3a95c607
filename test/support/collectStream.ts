// A streamed answer put together again, as a client does it: so that it can be compared with the whole one.
import type { ToolCall } from '../../src/domain/chat.ts';
import type { Usage } from '../../src/domain/usage.ts';
import type { Chunk } from '../../src/providers/provider.ts';

export type Collected = {
  chunks: Chunk[];
  status: number | undefined;
  model: string;
  content: string;
  reasoning: string;
  refusal: string;
  toolCalls: ToolCall[];
  reasoningDetails: unknown;
  finish: string | null;
  usage: Usage | undefined;
};

type CallDelta = {
  index: number;
  id?: string;
  function?: { name?: string; arguments?: string };
  extra_content?: unknown;
};

export async function collectStream(stream: AsyncIterable<Chunk>): Promise<Collected> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return putTogether(chunks);
}

export function putTogether(chunks: Chunk[]): Collected {
  const all: Collected = {
    chunks,
    status: undefined,
    model: '',
    content: '',
    reasoning: '',
    refusal: '',
    toolCalls: [],
    reasoningDetails: undefined,
    finish: null,
    usage: undefined,
  };
  for (const chunk of chunks) {
    if (chunk.kind === 'start') all.status = chunk.status;
    else if (chunk.kind === 'usage') all.usage = chunk.usage;
    else if (chunk.kind === 'delta') {
      all.model = chunk.model;
      for (const { delta, finish_reason: finish } of chunk.choices) {
        for (const field of ['content', 'reasoning', 'refusal'] as const) {
          if (typeof delta[field] === 'string') all[field] += delta[field];
        }
        for (const call of (delta['tool_calls'] ?? []) as CallDelta[]) addCall(all.toolCalls, call);
        all.reasoningDetails = delta['reasoning_details'] ?? all.reasoningDetails;
        all.finish = finish ?? all.finish;
      }
    }
  }
  return all;
}

function addCall(calls: ToolCall[], { index, id, function: fn, extra_content: extra }: CallDelta): void {
  const call = (calls[index] ??= { id: '', type: 'function', function: { name: '', arguments: '' } });
  if (id !== undefined) call.id = id;
  call.function.name += fn?.name ?? '';
  call.function.arguments += fn?.arguments ?? '';
  if (extra !== undefined) call['extra_content'] = extra;
}
