// What a stream has said and counted so far, for the day when its own count is lost.
import { type Usage, toWholeUsage } from '../domain/usage.ts';
import type { Chunk } from '../providers/provider.ts';
import { estimateUsage } from './callWhole.ts';

export type Tally = {
  add(chunk: Chunk): void;
  /** The vendor's count when the stream has ended well, else the larger of what it counted and what we saw, marked as an estimate. */
  usage(whole: boolean): Usage;
  readonly servedModel: string | undefined;
};

export function createTally(inputTokens: number): Tally {
  let counted: Usage | undefined;
  let servedModel: string | undefined;
  const said: string[] = [];
  return {
    add(chunk) {
      if (chunk.kind === 'usage') counted = toWholeUsage(chunk.usage);
      if (chunk.kind !== 'delta') return;
      servedModel ??= chunk.model;
      for (const { delta } of chunk.choices) said.push(...wordsOf(delta));
    },
    usage(whole) {
      if (whole && counted) return counted;
      const seen = estimateUsage(inputTokens, said.join(''));
      if (!counted) return seen;
      return { ...counted, output: Math.max(counted.output, seen.output), estimated: true };
    },
    get servedModel() {
      return servedModel;
    },
  };
}

function wordsOf(delta: Readonly<Record<string, unknown>>): string[] {
  const words = ['content', 'reasoning', 'reasoning_content', 'refusal'].flatMap((field) => {
    const value = delta[field];
    return typeof value === 'string' ? [value] : [];
  });
  const calls = delta['tool_calls'];
  return Array.isArray(calls) ? [...words, ...calls.map((call) => JSON.stringify(call))] : words;
}
