// A chat in the neutral form as the body of Gemini's generateContent. Pure.
import { z } from 'zod';
import {
  type Chat,
  type ContentPart,
  type Message,
  type ToolCall,
  outputLimitOf,
  textOf,
  toFunctionCall,
} from '../../domain/chat.ts';
import { NOT_TAKEN } from '../../domain/parameters.ts';
import { Reasoning } from '../../domain/reasoning.ts';
import { parseJson } from '../failures.ts';
import type { CallOptions } from '../provider.ts';
import {
  ignoredFields,
  notSent,
  refusedSampling,
  unknownFields,
  unsentMarks,
  unsentNative,
  unsentParts,
  unsentReasoning,
} from '../warnings.ts';
import { readToolChoice } from './toolChoice.ts';

type Part = Record<string, unknown>;
type Content = { role: 'user' | 'model'; parts: Part[] };

const IGNORED = [...NOT_TAKEN.google, 'user', 'service_tier', 'provider', 'models'];

// Told of already, or sent.
const KNOWN = [...IGNORED, 'top_k', 'presence_penalty', 'frequency_penalty', 'cache_control', 'reasoning'];

export function toGeminiBody(chat: Chat, options: CallOptions): { body: Record<string, unknown>; warnings: string[] } {
  const warnings = [
    ...ignoredFields(chat, IGNORED, 'Gemini'),
    ...unknownFields(chat, KNOWN, 'Gemini'),
    ...unsentParts(chat, 'Gemini'),
    ...unsentMarks(chat, 'Gemini'),
    ...unsentNative(options),
    ...unsentReasoning(chat, 'Gemini', options.effort, budgetOf(chat, options.model.modelName) !== undefined),
  ];
  const refused = refusedSampling(chat, options).filter((field) => !IGNORED.includes(field));
  for (const field of refused) warnings.push(notSent(field, `${options.model.id} refuses it`));
  const rest = chat.messages.filter((message) => !isSystem(message));
  // A conversation of instructions alone still needs a turn of the user's.
  const messages = rest.length > 0 ? rest : chat.messages;
  const system = rest.length > 0 ? chat.messages.filter(isSystem).map((message) => ({ text: textOf(message) })) : [];
  const tools = toDeclarations(chat, warnings);
  const choice = toFunctionCalling(chat, warnings);
  const body: Record<string, unknown> = {
    contents: toContents(messages, options.model.modelName),
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

/** Its own schema type knows no `$ref` or `additionalProperties`: JSON schemas go in the field made for them. */
function toDeclarations({ tools = [] }: Chat, warnings: string[]): Part[] {
  return tools.flatMap(({ type, function: fn }) => {
    if (!fn) {
      warnings.push(notSent(`a tool of type ${type}`, 'only functions are sent to this provider'));
      return [];
    }
    return [
      {
        name: fn.name,
        ...(fn.description === undefined ? {} : { description: fn.description }),
        ...(fn.parameters ? { parametersJsonSchema: fn.parameters } : {}),
      },
    ];
  });
}

function toGenerationConfig(
  chat: Chat,
  { effort, model }: CallOptions,
  refused: readonly string[],
): Record<string, unknown> {
  const format = chat.response_format;
  const config: Record<string, unknown> = {
    maxOutputTokens: outputLimitOf(chat),
    temperature: refused.includes('temperature') ? undefined : chat.temperature,
    topP: refused.includes('top_p') ? undefined : chat.top_p,
    topK: chat['top_k'],
    presencePenalty: chat['presence_penalty'],
    frequencyPenalty: chat['frequency_penalty'],
    seed: chat.seed,
    stopSequences: typeof chat.stop === 'string' ? [chat.stop] : chat.stop,
    responseMimeType: format && format.type !== 'text' ? 'application/json' : undefined,
    responseJsonSchema: format?.json_schema?.schema,
    thinkingConfig: toThinking(effort, model.modelName, budgetOf(chat, model.modelName)),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined && value !== null));
}

// The 2.5 family has budgets in tokens and no levels; these are within the range of all its models.
const BUDGETS = { none: 0, minimal: 512, low: 1_024, medium: 8_192, high: 24_576, xhigh: 24_576, max: 24_576 } as const;

function hasBudgets(modelName: string): boolean {
  return modelName.startsWith('gemini-2');
}

/** The number of tokens that the caller itself names, where the model is told one. */
function budgetOf(chat: Chat, modelName: string): number | undefined {
  const budget = Reasoning.safeParse(chat['reasoning']).data?.max_tokens ?? 0;
  return hasBudgets(modelName) && budget >= BUDGETS.minimal && budget <= BUDGETS.max ? budget : undefined;
}

function toThinking(
  effort: CallOptions['effort'],
  modelName: string,
  budget: number | undefined,
): Record<string, unknown> | undefined {
  if (effort === undefined) return undefined;
  if (effort === 'none' || hasBudgets(modelName)) return { thinkingBudget: budget ?? BUDGETS[effort] };
  // Its levels end at HIGH.
  const level = effort === 'xhigh' || effort === 'max' ? 'high' : effort;
  return { thinkingLevel: level.toUpperCase() };
}

function toContents(messages: readonly Message[], modelName: string): Content[] {
  const names = new Map(
    messages.flatMap(({ tool_calls }) =>
      (tool_calls ?? []).map(toFunctionCall).map((call) => [call.id, call.function.name] as const),
    ),
  );
  const contents: Content[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'model' : 'user';
    const parts = toParts(message, names, modelName);
    if (parts.length === 0) continue;
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  }
  return contents;
}

function toParts(message: Message, names: ReadonlyMap<string, string>, modelName: string): Part[] {
  if (message.role === 'tool' || message.role === 'function') {
    // Its results are text: an image of one follows it, as the user's.
    const parts = typeof message.content === 'string' ? [] : (message.content ?? []);
    return [toFunctionResponse(message, names), ...parts.filter(({ image_url: image }) => image).flatMap(toPart)];
  }
  const given: readonly ContentPart[] =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : (message.content ?? []);
  return [...given.flatMap(toPart), ...toFunctionCalls((message.tool_calls ?? []).map(toFunctionCall), modelName)];
}

function toFunctionResponse(message: Message, names: ReadonlyMap<string, string>): Part {
  const id = message.tool_call_id;
  const text = textOf(message);
  const parsed = parseJson(text);
  const isObject = parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed);
  const response = message.is_error ? { error: text } : isObject ? parsed : { result: text };
  return { functionResponse: { id, name: message.name ?? names.get(id ?? '') ?? id, response } };
}

function toPart(part: ContentPart): Part[] {
  if (!part.image_url) return part.text ? [{ text: part.text }] : [];
  const { url } = part.image_url;
  const data = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  if (data) return [{ inlineData: { mimeType: data[1], data: data[2] } }];
  const ending = /\.(png|webp|gif|heic|jpe?g)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase();
  const mimeType = ending === undefined || ending === 'jpg' ? 'image/jpeg' : `image/${ending}`;
  return [{ fileData: { fileUri: url, mimeType } }];
}

const Signature = z.looseObject({ google: z.looseObject({ thought_signature: z.string() }) });
// Gemini 3 and later refuse a call that was made by another model, unless it carries this in place of a signature.
const FOREIGN_CALL = 'skip_thought_signature_validator';

/** A signature goes back on the part that it came with; only the first of calls side by side has one. */
function toFunctionCalls(calls: readonly ToolCall[], modelName: string): Part[] {
  const signatures: (string | undefined)[] = calls.map((call) => {
    const signed = Signature.safeParse(call['extra_content']);
    return signed.success ? signed.data.google.thought_signature : undefined;
  });
  if (!modelName.startsWith('gemini-2') && !signatures.some((signature) => signature !== undefined)) {
    signatures[0] = FOREIGN_CALL;
  }
  return calls.map((call, place) => ({
    functionCall: { id: call.id, name: call.function.name, args: toArguments(call.function.arguments) },
    ...(signatures[place] === undefined ? {} : { thoughtSignature: signatures[place] }),
  }));
}

function toArguments(text: string): unknown {
  const parsed = parseJson(text || '{}');
  return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed) ? parsed : {};
}

function toFunctionCalling(chat: Chat, warnings: string[]): Record<string, unknown> | undefined {
  const choice = readToolChoice(
    chat.tool_choice,
    chat.tools?.filter(({ function: fn }) => fn),
  );
  switch (choice?.kind) {
    case 'none':
      return { mode: 'NONE' };
    case 'auto':
      return { mode: 'AUTO' };
    case 'required':
      return { mode: 'ANY' };
    case 'named':
      return { mode: 'ANY', allowedFunctionNames: [choice.tool.name] };
    case 'allowed':
      // With names, VALIDATED is AUTO among them.
      return {
        mode: choice.mode === 'required' ? 'ANY' : 'VALIDATED',
        allowedFunctionNames: choice.tools.map(({ name }) => name),
      };
    case 'other':
      warnings.push(notSent('tool_choice', 'Gemini has nothing like it, or the tools that it names are not there'));
      return undefined;
    case undefined:
      return undefined;
  }
}
