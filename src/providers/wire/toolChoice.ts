// What a caller says of the use of its tools, in every form that OpenAI has for it, read once for all vendors. Pure.
import { z } from 'zod';
import type { Chat, Tool } from '../../domain/chat.ts';

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'named'; readonly tool: NamedTool }
  /** Some of the tools only: at will, or at least one of them. */
  | { readonly kind: 'allowed'; readonly mode: 'auto' | 'required'; readonly tools: readonly NamedTool[] }
  /** What we do not know, or what names tools that are not there. */
  | { readonly kind: 'other' };
export type NamedTool = { readonly type: 'function' | 'custom'; readonly name: string };

const Name = z.looseObject({ name: z.string() });
const Named = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('function'), function: Name }),
  z.looseObject({ type: z.literal('custom'), custom: Name }),
]);
const Allowed = z.looseObject({
  type: z.literal('allowed_tools'),
  allowed_tools: z.looseObject({ mode: z.enum(['auto', 'required']), tools: z.array(Named) }),
});

/** `tools` are those that the vendor is sent; undefined where nothing has to be said. */
export function readToolChoice(choice: Chat['tool_choice'], tools: readonly Tool[] = []): ToolChoice | undefined {
  if (choice === undefined) return undefined;
  if (choice === 'auto' || choice === 'none') return tools.length > 0 ? { kind: choice } : undefined;
  if (tools.length === 0) return { kind: 'other' };
  if (choice === 'required') return { kind: choice };
  const named = Named.safeParse(choice);
  if (named.success) {
    const tool = toNamed(named.data);
    // One of its functions that the caller forgot is the vendor's to refuse.
    return tool.type === 'function' || isAmong(tools, tool) ? { kind: 'named', tool } : { kind: 'other' };
  }
  const allowed = Allowed.safeParse(choice);
  if (!allowed.success) return { kind: 'other' };
  const { mode, tools: list } = allowed.data.allowed_tools;
  const there = list.map(toNamed).filter((tool) => isAmong(tools, tool));
  return there.length > 0 ? { kind: 'allowed', mode, tools: there } : { kind: 'other' };
}

/** For vendors that cannot be told so: of the tools only those that are allowed, and its mode as a plain choice. */
export function withAllowedOnly(chat: Chat): Chat {
  const choice = readToolChoice(chat.tool_choice, chat.tools);
  if (choice?.kind !== 'allowed') return chat;
  const tools = (chat.tools ?? []).filter((tool) => choice.tools.some((one) => isAmong([tool], one)));
  return { ...chat, tools, tool_choice: choice.mode };
}

function toNamed(given: z.infer<typeof Named>): NamedTool {
  return given.type === 'function'
    ? { type: 'function', name: given.function.name }
    : { type: 'custom', name: given.custom.name };
}

function isAmong(tools: readonly Tool[], { type, name }: NamedTool): boolean {
  return tools.some((tool) => Name.safeParse(tool[type]).data?.name === name);
}
