// What of a body in Anthropic's form the neutral form has no place for. Pure.
import { z } from 'zod';

const NEUTRAL_BLOCKS: ReadonlySet<string> = new Set([
  'text',
  'image',
  'tool_use',
  'tool_result',
  'thinking',
  'redacted_thinking',
]);

type Body = {
  readonly messages: readonly { readonly content: unknown }[];
  readonly tools?: readonly { readonly type?: string | null | undefined }[] | undefined;
  readonly [field: string]: unknown;
};

/** Whether it holds what only Anthropic has, and what could not be left out. */
export function isBeyondNeutral({ messages, tools = [], ...rest }: Body): boolean {
  if (rest['mcp_servers'] !== undefined || rest['container'] !== undefined) return true;
  if (tools.some(({ type }) => type && type !== 'custom')) return true;
  return messages.some(({ content }) => holdsMore(content));
}

/** Blocks that the neutral form has no place for, in the results of tools, too. */
function holdsMore(content: unknown): boolean {
  const parsed = z.array(z.looseObject({ type: z.string() })).safeParse(content);
  return (
    parsed.success &&
    parsed.data.some(
      (block) => !NEUTRAL_BLOCKS.has(block.type) || (block.type === 'tool_result' && holdsMore(block['content'])),
    )
  );
}

// What the neutral form is made of.
const TOLD: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'max_tokens',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'output_config',
  'metadata',
  'cache_control',
]);
const TOLD_OF_TOOLS: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'cache_control',
  'strict',
]);

/** Fields that could be left out, and are lost where another vendor answers. */
export function untoldIn(body: Readonly<Record<string, unknown>>): string[] {
  const own = Object.keys(body).filter((field) => !TOLD.has(field));
  const tools = z.array(z.looseObject({})).safeParse(body['tools']).data ?? [];
  const ofTools = tools.flatMap((tool) => Object.keys(tool)).filter((field) => !TOLD_OF_TOOLS.has(field));
  return [...own, ...new Set(ofTools.map((field) => `${field} of a tool`))];
}
