// Streamed Chat Completions, as OpenAI, Groq and OpenRouter send them: deltas pass through, errors and counts are taken out.
// Pure.
import { z } from 'zod';
import { parseReply, toHiddenFailure } from '../failures.ts';
import { type Chunk, type ChunkChoice, ProviderError } from '../provider.ts';
import { type Step, type StreamState, startOfStream } from './chunk.ts';
import { fromOpenAiUsage, toFinishReason } from './openai.ts';

const ChunkBody = z.looseObject({
  id: z.string().nullish(),
  created: z.number().nullish(),
  model: z.string().nullish(),
  service_tier: z.string().nullish(),
  usage: z.unknown().optional(),
  error: z.unknown().optional(),
  /** Groq's own: the count stands here on the last chunk, and an error that stopped it early. */
  x_groq: z.looseObject({ usage: z.unknown().optional(), error: z.unknown().optional() }).nullish(),
  choices: z
    .array(
      z.looseObject({
        index: z.number().nullish(),
        finish_reason: z.string().nullish(),
        error: z.unknown().optional(),
        delta: z.looseObject({ tool_calls: z.array(z.unknown()).nullish() }).nullish(),
      }),
    )
    .nullish(),
});
type ChunkBody = z.infer<typeof ChunkBody>;

export type OpenAiStream = StreamState & {
  readonly now: number;
  /** Choices that were begun, that called a tool, and that have ended. */
  readonly begun: readonly number[];
  readonly calling: readonly number[];
  readonly ended: readonly number[];
};

export function startOpenAiStream(context: {
  readonly id: string;
  readonly now: number;
  readonly model: string;
}): OpenAiStream {
  return { ...startOfStream(context), now: context.now, begun: [], calling: [], ended: [] };
}

/** @throws ProviderError for an error inside the stream */
export function fromOpenAiChunk(before: OpenAiStream, event: unknown): Step<OpenAiStream> {
  const body = parseReply(ChunkBody, event);
  throwHidden(body, before.now);
  const state = follow(before, body);
  const chunks: Chunk[] = [];
  if (body.choices && body.choices.length > 0) chunks.push(toDelta(state, body));
  const usage = fromOpenAiUsage(body.usage ?? body.x_groq?.usage, body.service_tier);
  if (usage) chunks.push({ kind: 'usage', usage });
  return { state: usage ? { ...state, usage } : state, chunks };
}

function throwHidden({ error, choices, x_groq: groq }: ChunkBody, now: number): void {
  const failed = choices?.find((choice) => choice.finish_reason === 'error' || isSomething(choice.error));
  const hidden = error ?? groq?.error ?? failed?.error;
  if (isSomething(hidden)) throw new ProviderError(toHiddenFailure(hidden, now));
  if (failed) throw new ProviderError(toHiddenFailure({ message: 'finish_reason error' }, now));
}

function isSomething(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function follow(before: OpenAiStream, body: ChunkBody): OpenAiStream {
  const choices = body.choices ?? [];
  const at = choices.map(({ index }, place) => index ?? place);
  const begun = union(before.begun, at);
  const calling = union(
    before.calling,
    at.filter((_, place) => (choices[place]?.delta?.tool_calls?.length ?? 0) > 0),
  );
  const ended = union(
    before.ended,
    at.filter((_, place) => isSomething(choices[place]?.finish_reason)),
  );
  return {
    ...before,
    id: body.id || before.id,
    created: body.created ?? before.created,
    model: body.model || before.model,
    begun,
    calling,
    ended,
    finished: begun.length > 0 && begun.length === ended.length,
  };
}

function union(known: readonly number[], more: readonly number[]): readonly number[] {
  const fresh = more.filter((index) => !known.includes(index));
  return fresh.length > 0 ? [...known, ...fresh] : known;
}

// Padding against traffic analysis, Groq's own and what the chunk says in its own fields.
const TAKEN = ['id', 'object', 'created', 'model', 'choices', 'usage', 'error', 'x_groq', 'obfuscation'];

function toDelta(state: OpenAiStream, body: ChunkBody): Chunk {
  const extensions = Object.fromEntries(Object.entries(body).filter(([field]) => !TAKEN.includes(field)));
  const choices = (body.choices ?? []).map((choice, place): ChunkChoice => {
    const { error: _error, index = place, finish_reason: reason, delta, ...rest } = choice;
    const at = index ?? place;
    const finish = isSomething(reason) ? toFinishReason(reason, state.calling.includes(at)) : null;
    return { ...rest, index: at, delta: delta ?? {}, finish_reason: finish };
  });
  const { id, created, model } = state;
  return { kind: 'delta', id, created, model, choices, ...(Object.keys(extensions).length > 0 ? { extensions } : {}) };
}
