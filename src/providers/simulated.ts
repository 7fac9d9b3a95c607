// Simulated providers for a machine without any key: the independent package `@copilotkit/aimock` on loopback, which speaks
// each vendor's own wire format. It answers any prompt, so that the whole router can be tried; it knows nothing.
import { type ChatCompletionRequest, type FixtureResponse, LLMock } from '@copilotkit/aimock';
import type { ProviderName } from '../domain/catalog.ts';

export type SimulatedProviders = {
  /** Each with the meaning that the vendor's own SDK gives a base URL. */
  readonly baseUrls: Readonly<Record<ProviderName, string>>;
  close(): Promise<void>;
};

/** Port 0 = any free one. Its journal is capped, so memory stays flat however many requests come. */
export async function openSimulatedProviders({ port = 0 }: { port?: number } = {}): Promise<SimulatedProviders> {
  const mock = new LLMock({
    port,
    host: '127.0.0.1',
    logLevel: 'silent',
    journalMaxEntries: 16,
    fixtureCountsMaxTestIds: 4,
  });
  mock.on({ predicate: () => true }, simulatedReply);
  await mock.start();
  const host = `http://127.0.0.1:${mock.port}`;
  return {
    baseUrls: {
      openai: `${host}/v1`,
      anthropic: host,
      google: host,
      openrouter: `${host}/api/v1`,
      groq: host,
    },
    close: () => mock.stop(),
  };
}

/** Text, a tool call where tools are offered and none has answered yet, or JSON where JSON is asked for. */
function simulatedReply(request: ChatCompletionRequest): FixtureResponse {
  const prompt = JSON.stringify(request.messages) + (request.tools ? JSON.stringify(request.tools) : '');
  const tool = request.tools?.[0]?.function;
  const answered = request.messages.some(({ role }) => role === 'tool');
  if (tool && request.tool_choice !== 'none' && !answered) {
    const call = { name: tool.name, arguments: JSON.stringify(exampleOf(tool.parameters)) };
    return { toolCalls: [call], usage: usageOf(prompt, call.arguments) };
  }
  const content = contentFor(request);
  return { content, usage: usageOf(prompt, content) };
}

function contentFor(request: ChatCompletionRequest): string {
  const format = request.response_format;
  if (format && format.type !== 'text') {
    const schema = isRecord(format['json_schema']) ? format['json_schema']['schema'] : undefined;
    return JSON.stringify(schema === undefined ? { simulated: true } : exampleOf(schema));
  }
  const said = textOf(request.messages.findLast(({ role }) => role === 'user')?.content);
  const quoted = said.length > 120 ? `${said.slice(0, 117)}...` : said;
  return [
    `This is a simulated answer of ${request.model}: no provider key is set, so no model was called.`,
    `The last message was: "${quoted}"`,
    'Set a provider key (see .env.example) and ask again to get a real answer.',
  ].join('\n\n');
}

function textOf(content: ChatCompletionRequest['messages'][number]['content'] | undefined): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join(' ');
}

/** Four characters a token is close enough for texts in English, and plausible for all. */
function usageOf(prompt: string, completion: string): { prompt_tokens: number; completion_tokens: number } {
  return { prompt_tokens: countOf(prompt), completion_tokens: countOf(completion) };
}

function countOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

/** The smallest value that the usual parts of a JSON schema allow. */
function exampleOf(schema: unknown, depth = 0): unknown {
  if (!isRecord(schema) || depth > 8) return {};
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if ('const' in schema) return schema['const'];
  const [variant] = [schema['anyOf'], schema['oneOf']].flatMap((list) => (Array.isArray(list) ? list : []));
  if (variant !== undefined) return exampleOf(variant, depth + 1);
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'string':
      return 'simulated';
    case 'number':
    case 'integer':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return schema['items'] === undefined ? [] : [exampleOf(schema['items'], depth + 1)];
    default:
      return exampleObject(schema, depth);
  }
}

function exampleObject(schema: Record<string, unknown>, depth: number): Record<string, unknown> {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : Object.keys(properties);
  return Object.fromEntries(required.map((name) => [String(name), exampleOf(properties[String(name)], depth + 1)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
