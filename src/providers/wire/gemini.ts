// The wire format of Gemini's generateContent, both ways. Pure.
import { z } from 'zod';
import {
  type AnswerMessage,
  type Chat,
  type Completion,
  type ContentPart,
  type FinishReason,
  type Message,
  type ToolCall,
  outputLimitOf,
  textOf,
} from '../../domain/chat.ts';
import type { Usage } from '../../domain/usage.ts';
import { parseJson } from '../failures.ts';
import { malformed, parseReply } from '../http.ts';
import { type CallOptions, ProviderError } from '../provider.ts';
import { notSent, refusedSampling } from '../warnings.ts';

type Part = Record<string, unknown>;
type Content = { role: 'user' | 'model'; parts: Part[] };

const IGNORED = ['n', 'logprobs', 'top_logprobs', 'logit_bias', 'parallel_tool_calls', 'user', 'provider', 'models'];

export function toGeminiBody(chat: Chat, options: CallOptions): { body: Record<string, unknown>; warnings: string[] } {
  const warnings = IGNORED.filter((field) => chat[field] !== undefined && chat[field] !== null).map((field) =>
    notSent(field, 'Gemini has nothing like it'),
  );
  const refused = refusedSampling(chat, options);
  for (const field of refused) warnings.push(notSent(field, `${options.model.id} refuses it`));
  const system = chat.messages.filter(isSystem).map((message) => ({ text: textOf(message) }));
  const tools = (chat.tools ?? []).flatMap(({ function: fn }) =>
    fn
      ? [
          {
            name: fn.name,
            description: fn.description,
            ...(fn.parameters ? { parametersJsonSchema: fn.parameters } : {}),
          },
        ]
      : [],
  );
  const choice = toFunctionCalling(chat);
  const body: Record<string, unknown> = {
    contents: toContents(chat.messages.filter((message) => !isSystem(message))),
    generationConfig: toGenerationConfig(chat, options, refused),
    ...(system.length > 0 ? { systemInstruction: { parts: system } } : {}),
    ...(tools.length > 0 ? { tools: [{ functionDeclarations: tools }] } : {}),
    ...(choice ? { toolConfig: { functionCallingConfig: choice } } : {}),
  };
  return { body, warnings };
}

function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

function toGenerationConfig(chat: Chat, { effort }: CallOptions, refused: readonly string[]): Record<string, unknown> {
  const format = chat.response_format;
  const config: Record<string, unknown> = {
    maxOutputTokens: outputLimitOf(chat),
    temperature: refused.includes('temperature') ? undefined : chat.temperature,
    topP: refused.includes('top_p') ? undefined : chat.top_p,
    seed: chat.seed,
    stopSequences: typeof chat.stop === 'string' ? [chat.stop] : chat.stop,
    responseMimeType: format && format.type !== 'text' ? 'application/json' : undefined,
    responseJsonSchema: format?.json_schema?.schema,
    thinkingConfig: toThinking(effort),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined && value !== null));
}

function toThinking(effort: CallOptions['effort']): Record<string, unknown> | undefined {
  if (effort === undefined) return undefined;
  if (effort === 'none') return { thinkingBudget: 0 };
  // Its levels end at HIGH.
  const level = effort === 'xhigh' || effort === 'max' ? 'high' : effort;
  return { thinkingLevel: level.toUpperCase() };
}

function toContents(messages: readonly Message[]): Content[] {
  const names = new Map(
    messages.flatMap(({ tool_calls }) => (tool_calls ?? []).map((call) => [call.id, call.function.name] as const)),
  );
  const contents: Content[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'model' : 'user';
    const parts = toParts(message, names);
    if (parts.length === 0) continue;
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  }
  return contents;
}

function toParts(message: Message, names: ReadonlyMap<string, string>): Part[] {
  if (message.role === 'tool' || message.role === 'function') {
    const id = message.tool_call_id;
    const text = textOf(message);
    const parsed = parseJson(text);
    const response =
      parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed) ? parsed : { result: text };
    return [{ functionResponse: { id, name: message.name ?? names.get(id ?? '') ?? id, response } }];
  }
  const given: readonly ContentPart[] =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : (message.content ?? []);
  return [...given.flatMap(toPart), ...(message.tool_calls ?? []).map(toFunctionCall)];
}

function toPart(part: ContentPart): Part[] {
  if (!part.image_url) return part.text ? [{ text: part.text }] : [];
  const data = /^data:([^;,]+);base64,(.*)$/s.exec(part.image_url.url);
  return [data ? { inlineData: { mimeType: data[1], data: data[2] } } : { fileData: { fileUri: part.image_url.url } }];
}

const Signature = z.looseObject({ google: z.looseObject({ thought_signature: z.string() }) });

/** A signature goes back on the part it came with: without it, or with another's, Gemini answers 400. */
function toFunctionCall(call: ToolCall): Part {
  const signed = Signature.safeParse(call['extra_content']);
  return {
    functionCall: { id: call.id, name: call.function.name, args: parseJson(call.function.arguments || '{}') ?? {} },
    ...(signed.success ? { thoughtSignature: signed.data.google.thought_signature } : {}),
  };
}

function toFunctionCalling({ tool_choice: choice, tools }: Chat): Record<string, unknown> | undefined {
  if (!tools || choice === undefined) return undefined;
  if (choice === 'none') return { mode: 'NONE' };
  if (choice === 'required') return { mode: 'ANY' };
  if (typeof choice === 'string') return { mode: 'AUTO' };
  const { name } = z.object({ function: z.object({ name: z.string() }) }).parse(choice).function;
  return { mode: 'ANY', allowedFunctionNames: [name] };
}

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

const GeminiReply = z.looseObject({
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
                    .looseObject({ id: z.string().nullish(), name: z.string(), args: z.unknown() })
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

/** @throws ProviderError `refused` for a blocked prompt, which comes as a 200 without candidates */
export function fromGeminiReply(
  raw: unknown,
  context: { now: number; model: string; requestId: string },
): { completion: Completion; usage: Usage | undefined } {
  const reply = parseReply(GeminiReply, raw);
  const usage = fromGeminiUsage(reply.usageMetadata);
  const [candidate] = reply.candidates ?? [];
  if (!candidate) {
    const blocked = reply.promptFeedback?.blockReason;
    throw new ProviderError(
      blocked
        ? {
            kind: 'refused',
            message: `the provider blocked the prompt (${blocked})`,
            status: 200,
            code: blocked,
            usage,
          }
        : { ...malformed('the provider answered 200 without candidates', JSON.stringify(raw)), usage },
    );
  }
  const parts = candidate.content?.parts ?? [];
  const text = parts.filter((part) => !part.thought && typeof part.text === 'string').map((part) => part.text ?? '');
  const calls = parts.flatMap((part, index) =>
    part.functionCall
      ? [fromFunctionCall(part.functionCall, part.thoughtSignature, `${context.requestId}-${index}`)]
      : [],
  );
  const blocked = BLOCKED.has(candidate.finishReason ?? '');
  const message: AnswerMessage = {
    role: 'assistant',
    content: text.length > 0 ? text.join('') : null,
    ...(blocked ? { refusal: `The provider stopped the answer (${candidate.finishReason}).` } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const finish_reason = toFinishReason(candidate.finishReason, calls.length > 0);
  const choice = { index: 0, finish_reason, message, native_finish_reason: candidate.finishReason };
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

/** Its ids may be absent; one is made then, from our request and the place of the call. */
function fromFunctionCall(
  call: { id?: string | null | undefined; name: string; args?: unknown },
  signature: string | null | undefined,
  fallbackId: string,
): ToolCall {
  return {
    id: call.id ?? `call_${fallbackId}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args ?? {}) },
    ...(signature ? { extra_content: { google: { thought_signature: signature } } } : {}),
  };
}

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

/** STOP is said of tool calls too. */
function toFinishReason(reason: string | null | undefined, hasCalls: boolean): FinishReason {
  if (hasCalls) return 'tool_calls';
  if (reason === 'MAX_TOKENS') return 'length';
  return BLOCKED.has(reason ?? '') ? 'content_filter' : 'stop';
}
