// One streamed call up to its commit point: what comes before the first token of content is kept back, so that a failure until
// then can still be followed by another try.
import type { Chat } from '../domain/chat.ts';
import { type Chunk, ProviderError } from '../providers/provider.ts';
import type { Run } from './attempts.ts';
import { fitOutput } from './fitOutput.ts';

export type OpenedStream = {
  /** What came up to the commit point, the chunk that made it included. */
  readonly head: readonly Chunk[];
  /** What follows. `return` ends the call. */
  readonly rest: AsyncIterator<Chunk>;
  readonly status: number;
  readonly providerRequestId: string | undefined;
  readonly warnings: readonly string[];
  readonly firstTokenMs: number;
};

/** More than this without a token is passed on, or a caller of a talkative vendor would wait for ever. */
const MOST_KEPT_BACK = 64;

export function callStream(chat: Chat, now: () => number): Run<OpenedStream> {
  return async (provider, options, { deadline, timeouts, started }) => {
    const fitted = fitOutput(chat, options);
    const rest = provider.stream(fitted.chat, options)[Symbol.asyncIterator]();
    const head: Chunk[] = [];
    let start: Start | undefined;
    deadline.arm(timeouts.firstTokenMs, 'the provider sent no first token in time');
    for (;;) {
      const next = await readNext(rest, head, start);
      if (next.kind === 'start') start = next;
      else head.push(next);
      if (!commits(next) && head.length < MOST_KEPT_BACK) continue;
      deadline.pause();
      return {
        head,
        rest,
        status: start?.status ?? 200,
        providerRequestId: start?.providerRequestId,
        warnings: [...fitted.warnings, ...(start?.warnings ?? [])],
        firstTokenMs: now() - started,
      };
    }
  };
}

type Start = Extract<Chunk, { kind: 'start' }>;

/** A stream that breaks before its first token may have counted its prompt by then: that is billed. @throws ProviderError */
async function readNext(rest: AsyncIterator<Chunk>, head: readonly Chunk[], start: Start | undefined): Promise<Chunk> {
  try {
    const next = await rest.next();
    if (next.done) throw new ProviderError({ kind: 'stream-cut', message: 'the stream ended before it began' });
    return next.value;
  } catch (error) {
    const counted = head.findLast((chunk) => chunk.kind === 'usage')?.usage;
    if (!start || !counted || !(error instanceof ProviderError) || error.failure.usage) throw error;
    throw new ProviderError({ ...error.failure, usage: { ...counted, estimated: true } }, { cause: error });
  }
}

/** Whether a caller would see something of it: text, thinking, a tool call, a refusal, or the end. */
export function commits(chunk: Chunk): boolean {
  return (
    chunk.kind === 'delta' && chunk.choices.some(({ delta, finish_reason }) => finish_reason !== null || says(delta))
  );
}

/** A role alone, and empty values, say nothing. */
function says(delta: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(delta).some(
    ([field, value]) =>
      field !== 'role' &&
      value !== null &&
      value !== undefined &&
      value !== '' &&
      !(Array.isArray(value) && value.length === 0),
  );
}
