// What a request is, read from its messages by transparent rules: task type with confidence, needs, size. Pure; the result is
// recorded with the describer's version, so a decision is replayed from features, never from content.
import type { TaskType } from '../domain/catalog.ts';
import { type Chat, type Message, textOf } from '../domain/chat.ts';
import type { Features } from '../domain/decision.ts';
import { parametersOf } from '../domain/parameters.ts';
import type { Surface } from '../domain/events.ts';
import { estimatePrompt, isImage } from './estimatePrompt.ts';
import { guessLanguage } from './guessLanguage.ts';
import { readShape } from './readShape.ts';
import { INSTRUCTION_SIGNALS, MATERIAL_SIGNALS, type Signal, type TextTask } from './taskSignals.ts';

export const DESCRIBER_VERSION = 1;

// How far a message is read at either end: what is wanted stands at its beginning or its end.
const HEAD = 420;
const TAIL = 260;
const MATERIAL = 2_000;
// A first paragraph up to this length that a text follows is the whole instruction, with a short last paragraph if there is one.
const LONG_INSTRUCTION = 300;
const SHORT_CLOSING = 160;
const HANDED_OVER = 100;
// Messages before the last one speak more softly, and only so many of them.
const EARLIER_WEIGHT = 0.45;
// A system message says what is wanted of every message that follows.
const STANDING_WEIGHT = 1;
const EARLIER_MESSAGES = 3;
// A message this short ("and in French?") leans on the ones before.
const SHORT = 60;
const PRIOR: Readonly<Record<TextTask, number>> = {
  chat: 1.5,
  coding: 0,
  reasoning: 0,
  summarization: 0,
  translation: 0,
};

type Scores = Record<TextTask, number>;

export function describeChat(
  chat: Chat,
  surface: Surface,
  {
    streaming = false,
    requireParameters = false,
  }: { streaming?: boolean; requireParameters?: boolean | undefined } = {},
): Features {
  const { tokens, images } = estimatePrompt(chat);
  const { taskType, confidence, signals } = classify(chat, surface);
  const format = chat.response_format?.type;
  const language = guessLanguage(lastWords(chat));
  return {
    taskType,
    confidence,
    inputTokens: tokens,
    imageCount: images,
    messageCount: chat.messages.length,
    ...(typeof chat.n === 'number' && chat.n > 1 ? { answers: chat.n } : {}),
    ...(language === undefined ? {} : { language }),
    signals,
    ...(requireParameters ? { parameters: parametersOf(chat) } : {}),
    needs: {
      tools: (chat.tools?.length ?? 0) > 0,
      vision: images > 0,
      jsonMode: format === 'json_object',
      jsonSchema: format === 'json_schema',
      streaming,
    },
  };
}

function classify(chat: Chat, surface: Surface): { taskType: TaskType; confidence: number; signals: string[] } {
  if (surface === 'agent-step') return { taskType: 'agent_step', confidence: 1, signals: ['came as an agent step'] };
  const toolTurns = chat.messages.filter(
    ({ role, tool_calls }) => role === 'tool' || role === 'function' || (tool_calls?.length ?? 0) > 0,
  );
  if (toolTurns.length > 0)
    return { taskType: 'agent_step', confidence: 0.95, signals: ['holds tool calls or results'] };
  if (chat.tools && chat.tools.length > 0)
    return { taskType: 'agent_step', confidence: 0.8, signals: ['offers tools'] };
  const users = chat.messages.filter(({ role }) => role === 'user');
  const last = users.at(-1);
  if (last && hasImage(last)) return { taskType: 'image', confidence: 1, signals: ['holds images'] };
  if (users.some(hasImage)) return { taskType: 'image', confidence: 0.8, signals: ['holds images'] };
  return classifyText(users, chat.messages);
}

function classifyText(
  users: readonly Message[],
  all: readonly Message[],
): { taskType: TaskType; confidence: number; signals: string[] } {
  const scores: Scores = { ...PRIOR };
  const found = new Set<string>();
  const last = textOf(users.at(-1) ?? { content: '' });
  read(last, 1, scores, found);
  const earlier = users.slice(-1 - EARLIER_MESSAGES, -1);
  const weight = last.trim().length < SHORT ? 1 : EARLIER_WEIGHT;
  for (const message of earlier) read(textOf(message), weight / Math.max(1, earlier.length), scores, found);
  for (const message of all) {
    if (message.role === 'system' || message.role === 'developer')
      read(textOf(message), STANDING_WEIGHT, scores, found);
  }
  const ranked = (Object.entries(scores) as [TextTask, number][]).sort(([, a], [, b]) => b - a);
  const [first, second] = ranked;
  if (!first || !second) throw new Error('there are several task types');
  const confidence = Math.min(1, 0.5 + (first[1] - second[1]) / (2 * Math.max(first[1], 1)));
  return { taskType: first[0], confidence: Math.round(confidence * 100) / 100, signals: [...found].slice(0, 8) };
}

function read(text: string, weight: number, scores: Scores, found: Set<string>): void {
  const material = text.length <= 2 * MATERIAL ? text : `${text.slice(0, MATERIAL)}\n${text.slice(-MATERIAL)}`;
  const instruction = instructionOf(material);
  add(INSTRUCTION_SIGNALS, instruction, weight, scores, found);
  add(MATERIAL_SIGNALS, material, weight, scores, found);
  for (const { name, task, weight: own } of readShape(material)) {
    scores[task] += own * weight;
    found.add(name);
  }
}

/** What the caller says, without code blocks and without a text that is handed over: a document must not speak for its sender. */
function instructionOf(text: string): string {
  const prose = text.replace(/```[\s\S]*?(```|$)/g, '\n');
  const parts = prose.split(/\n\s*\n/u).filter((part) => part.trim() !== '');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const handedOver = prose.length - first.length;
  if (parts.length > 1 && first.length <= LONG_INSTRUCTION && handedOver >= HANDED_OVER) {
    return last.length <= SHORT_CLOSING ? `${first}\n${last}` : first;
  }
  return prose.length <= HEAD + TAIL ? prose : `${prose.slice(0, HEAD)}\n${prose.slice(-TAIL)}`;
}

// eslint-disable-next-line no-control-regex -- all of ASCII, its control characters too
const ASCII = /^[\u0000-\u007f]*$/;

function add(signals: readonly Signal[], text: string, weight: number, scores: Scores, found: Set<string>): void {
  const isAscii = ASCII.test(text);
  for (const { name, task, weight: own, pattern, ascii } of signals) {
    if (!(isAscii ? ascii : pattern).test(text)) continue;
    scores[task] += own * weight;
    found.add(name);
  }
}

/** The beginning of what the caller said last: long pasted texts may be in another language. */
function lastWords(chat: Chat): string {
  const last = chat.messages.findLast(({ role }) => role === 'user');
  return last ? textOf(last).slice(0, HEAD) : '';
}

function hasImage(message: Message): boolean {
  return Array.isArray(message.content) && message.content.some(isImage);
}
