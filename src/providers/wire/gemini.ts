// What Gemini's generateContent answers, in the neutral form. Pure.
import { z } from 'zod';
import type { AnswerMessage, Completion, FinishReason, ToolCall } from '../../domain/chat.ts';
import type { Usage } from '../../domain/usage.ts';
import { malformed, parseReply } from '../failures.ts';
import { type Failure, ProviderError } from '../provider.ts';

const count = z.number().nonnegative().nullish();
const GeminiUsage = z.looseObject({
  promptTokenCount: count,
  cachedContentTokenCount: count,
  candidatesTokenCount: count,
  thoughtsTokenCount: count,
  toolUsePromptTokenCount: count,
});

/** The prompt count includes cached tokens; thinking is NOT in the candidates' count and is billed as output. */
export function fromGeminiUsage(raw: unknown): Usage | undefined {
  const result = GeminiUsage.safeParse(raw);
  if (!result.success || result.data.promptTokenCount === undefined || result.data.promptTokenCount === null)
    return undefined;
  const { data } = result;
  const cached = data.cachedContentTokenCount ?? 0;
  const thoughts = data.thoughtsTokenCount ?? 0;
  return {
    input: Math.max(0, (data.promptTokenCount ?? 0) - cached) + (data.toolUsePromptTokenCount ?? 0),
    cachedInput: cached,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: (data.candidatesTokenCount ?? 0) + thoughts,
    reasoning: thoughts,
  };
}

export const GeminiReply = z.looseObject({
  responseId: z.string().nullish(),
  modelVersion: z.string().nullish(),
  usageMetadata: z.unknown().optional(),
  promptFeedback: z.looseObject({ blockReason: z.string().nullish() }).nullish(),
  candidates: z
    .array(
      z.looseObject({
        finishReason: z.string().nullish(),
        content: z
          .looseObject({
            parts: z
              .array(
                z.looseObject({
                  text: z.string().nullish(),
                  thought: z.boolean().nullish(),
                  thoughtSignature: z.string().nullish(),
                  functionCall: z
                    .looseObject({ id: z.string().nullish(), name: z.string(), args: z.unknown().optional() })
                    .nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});

export type GeminiReply = z.infer<typeof GeminiReply>;

/** @throws ProviderError `refused` for a blocked prompt, which comes as a 200 without candidates */
export function fromGeminiReply(
  raw: unknown,
  context: { now: number; model: string; requestId: string },
): { completion: Completion; usage: Usage | undefined } {
  const reply = parseReply(GeminiReply, raw);
  const usage = fromGeminiUsage(reply.usageMetadata);
  const [candidate] = reply.candidates ?? [];
  if (!candidate) {
    const reason = reply.promptFeedback?.blockReason;
    const nothing = malformed('the provider answered 200 without candidates', JSON.stringify(raw));
    throw new ProviderError({ ...(reason ? blockedPrompt(reason) : nothing), usage });
  }
  const parts = candidate.content?.parts ?? [];
  const text = parts.filter((part) => !part.thought && typeof part.text === 'string').map((part) => part.text ?? '');
  const thought = parts.map((part) => (part.thought ? (part.text ?? '') : '')).join('');
  const calls = parts
    .filter(({ functionCall }) => functionCall)
    .map((part, place) => fromFunctionCall(part, `${context.requestId}-${place}`));
  const reason = candidate.finishReason ?? undefined;
  const broken = brokenAnswer(reason, calls.length > 0 || text.join('') !== '');
  if (broken) throw new ProviderError({ ...broken, usage, vendorText: JSON.stringify(raw).slice(0, 2_000) });
  const message: AnswerMessage = {
    role: 'assistant',
    content: text.length > 0 ? text.join('') : null,
    ...(isBlocked(reason) ? { refusal: refusalOf(reason) } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(thought ? { reasoning: thought } : {}),
  };
  const finish_reason = toFinishReason(reason, calls.length > 0);
  const choice = { index: 0, finish_reason, message, native_finish_reason: reason };
  return {
    usage,
    completion: {
      id: reply.responseId ?? context.requestId,
      created: Math.floor(context.now / 1_000),
      model: reply.modelVersion ?? context.model,
      choices: [choice],
    },
  };
}

type Part = NonNullable<NonNullable<NonNullable<GeminiReply['candidates']>[number]['content']>['parts']>[number];

/** Its ids may be absent; one is made then, from our request and the number of the call. */
export function fromFunctionCall(
  { functionCall: call, thoughtSignature: signature }: Part,
  fallbackId: string,
): ToolCall {
  return {
    id: call?.id || `call_${fallbackId}`,
    type: 'function',
    function: { name: call?.name ?? '', arguments: JSON.stringify(call?.args ?? {}) },
    ...(signature ? { extra_content: { google: { thought_signature: signature } } } : {}),
  };
}

export function blockedPrompt(reason: string): Failure {
  return { kind: 'refused', message: `the provider blocked the prompt (${reason})`, status: 200, code: reason };
}

/** An answer that the vendor itself calls broken, or that holds nothing for a reason that is no end of an answer. */
export function brokenAnswer(reason: string | undefined, says: boolean): Failure | undefined {
  if (says || reason === undefined || ENDS.has(reason) || isBlocked(reason)) return undefined;
  return { ...malformed(`the provider broke the answer off (${reason})`), code: reason };
}

const ENDS: ReadonlySet<string> = new Set(['STOP', 'MAX_TOKENS']);

const BLOCKED: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

export function isBlocked(reason: string | undefined): boolean {
  return BLOCKED.has(reason ?? '');
}

export function refusalOf(reason: string | undefined): string {
  return `The provider stopped the answer (${reason}).`;
}

/** STOP is said of tool calls too. */
export function toFinishReason(
  reason: string | undefined,
  hasCalls: boolean,
): Extract<FinishReason, 'stop' | 'length' | 'tool_calls' | 'content_filter'> {
  if (hasCalls) return 'tool_calls';
  if (reason === 'MAX_TOKENS') return 'length';
  return isBlocked(reason) ? 'content_filter' : 'stop';
}
