// Every feature of a request × every provider × whole and streamed: it is in what the vendor is sent, or the answer has a warning for it. Nothing
// is dropped in silence.
import { expect } from 'chai';
import { PROVIDERS, type ProviderName } from '../../../src/domain/catalog.ts';
import type { Chat } from '../../../src/domain/chat.ts';
import type { CallOptions } from '../../../src/providers/provider.ts';
import { type Providers, openProviders } from '../../../src/providers/registry.ts';
import { callOptions } from '../../support/callOptions.ts';
import { streamFrames, wholeReply, wordsOf } from '../../support/vendorReplies.ts';
import { type WireServer, openWireServer, sendJson, sendSse } from '../../support/wireServer.ts';

type Feature = {
  readonly name: string;
  readonly chat: Partial<Chat>;
  readonly options?: Parameters<typeof callOptions>[0];
  /** What of it is in the vendor's body, in any of their forms. */
  readonly sent: RegExp;
  /** What is in no vendor's. */
  readonly never?: RegExp;
  /** How a warning for it begins. */
  readonly field?: string;
  /** Providers that have nothing like it: they warn. */
  readonly warns?: readonly ProviderName[];
};

const user = { role: 'user' as const, content: 'USER-SAYS' };
const fn = { name: 'tool_x', description: 'does', parameters: { type: 'object', properties: { PROP1: {} } } };
const tools = [{ type: 'function', function: fn }];
const call = { id: 'call_1', type: 'function' as const, function: { name: 'tool_x', arguments: '{"ARG1":1}' } };
const schema = { type: 'object', properties: { PROP2: { type: 'string' } } };
const seen = (url: string) => [
  { type: 'text', text: 'see' },
  { type: 'image_url', image_url: { url } },
];
const image = (url: string): Partial<Chat> => ({ messages: [{ role: 'user', content: seen(url) }] });
const format = (response_format: Chat['response_format']): Partial<Chat> => ({ response_format });
const never = { details: { samplingParams: 'never' as const } };

const FEATURES: readonly Feature[] = [
  { name: 'a system message', chat: { messages: [{ role: 'system', content: 'SYS1' }, user] }, sent: /SYS1/ },
  { name: 'a developer message', chat: { messages: [{ role: 'developer', content: 'DEV1' }, user] }, sent: /DEV1/ },
  {
    name: 'several turns',
    chat: { messages: [user, { role: 'assistant', content: 'TURN1' }, { role: 'user', content: 'TURN2' }] },
    sent: /TURN1.*TURN2/s,
  },
  { name: 'tools', chat: { tools }, sent: /tool_x.*PROP1/s },
  { name: 'a tool that must be used', chat: { tools, tool_choice: 'required' }, sent: /"required"|"any"|"ANY"/ },
  {
    name: 'one tool that must be used',
    chat: { tools, tool_choice: { type: 'function', function: { name: 'tool_x' } } },
    sent: /"(tool_choice|allowedFunctionNames)":.*tool_x/s,
  },
  {
    name: 'some of the tools, one of which must be used',
    chat: {
      tools: [...tools, { type: 'function', function: { ...fn, name: 'tool_y' } }],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'tool_x' } }] },
      },
    },
    // As OpenAI says it, as Gemini does, or the other tool is not there at all.
    sent: /"allowed_tools":{"mode":"required".*tool_x|"ANY","allowedFunctionNames":\["tool_x"\]|^(?!.*tool_y).*"(required|any)"/s,
  },
  {
    name: 'a choice of tools that nobody has heard of',
    chat: { tools, tool_choice: { type: 'UNK2' } },
    sent: /UNK2/,
    field: 'tool_choice',
    warns: ['anthropic', 'google'],
  },
  { name: 'no use of tools', chat: { tools, tool_choice: 'none' }, sent: /"none"|"NONE"/ },
  {
    name: 'one call at a time',
    chat: { tools, parallel_tool_calls: false },
    sent: /"parallel_tool_calls":false|"disable_parallel_tool_use":true/,
    field: 'parallel_tool_calls',
    warns: ['google'],
  },
  {
    name: 'calls and results of tools',
    chat: {
      tools,
      messages: [
        user,
        { role: 'assistant', content: null, tool_calls: [call, { ...call, id: 'call_2' }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'RESULT1' },
        { role: 'tool', tool_call_id: 'call_2', content: 'RESULT2' },
      ],
    },
    sent: /ARG1.*RESULT1.*RESULT2/s,
  },
  {
    name: 'an image in the result of a tool',
    chat: {
      tools,
      messages: [
        user,
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: seen('data:image/png;base64,aW1n') },
      ],
    },
    sent: /see.*aW1n/s,
    // Results are text alone in Chat Completions.
    never: /"role":"tool"[^\]]*image_url/,
  },
  { name: 'an image by data URL', chat: image('data:image/png;base64,aW1n'), sent: /aW1n/ },
  {
    name: 'JSON mode',
    chat: format({ type: 'json_object' }),
    sent: /json_object|application\/json/,
    field: 'response_format',
    warns: ['anthropic'],
  },
  {
    name: 'a JSON schema',
    chat: format({ type: 'json_schema', json_schema: { name: 'x', schema, strict: true } }),
    sent: /PROP2/,
  },
  { name: 'a stop text', chat: { stop: 'STOP1' }, sent: /STOP1/ },
  { name: 'several stop texts', chat: { stop: ['STOP1', 'STOP2'] }, sent: /STOP1.*STOP2/s },
  { name: 'max_tokens', chat: { max_tokens: 321 }, sent: /:321\b/ },
  { name: 'max_completion_tokens', chat: { max_completion_tokens: 322 }, sent: /:322\b/ },
  { name: 'a temperature', chat: { temperature: 0.31 }, sent: /:0\.31\b/ },
  { name: 'top_p', chat: { top_p: 0.41 }, sent: /:0\.41\b/ },
  {
    name: 'a temperature to a model that refuses it',
    chat: { temperature: 0.31 },
    options: never,
    sent: /:0\.31\b/,
    field: 'temperature',
    warns: PROVIDERS,
  },
  { name: 'top_k', chat: { top_k: 17 }, sent: /:17\b/, field: 'top_k', warns: ['openai', 'groq'] },
  {
    name: 'a temperature above the scale of Anthropic',
    chat: { temperature: 1.71 },
    sent: /:1\.71\b/,
    field: 'temperature',
    warns: ['anthropic'],
  },
  {
    name: 'the name of a speaker',
    chat: { messages: [{ ...user, name: 'SPEAKER1' }] },
    sent: /SPEAKER1/,
    field: 'name',
    warns: ['anthropic', 'google'],
  },
  {
    name: 'a strict tool',
    chat: { tools: [{ type: 'function', function: { ...fn, strict: true } }] },
    sent: /"strict":true/,
    field: 'strict',
    warns: ['google'],
  },
  {
    name: 'a mark for the cache on a part',
    chat: {
      messages: [{ role: 'user', content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }] }],
    },
    sent: /"cache_control"/,
    field: 'cache_control',
    warns: ['openai', 'google', 'groq'],
  },
  {
    name: 'a mark for the cache on a message',
    chat: { messages: [{ ...user, cache_control: { type: 'ephemeral' } }] },
    sent: /"cache_control"/,
    field: 'cache_control',
    warns: ['openai', 'anthropic', 'google', 'groq'],
  },
  {
    name: 'a mark for the cache on all of it',
    chat: { cache_control: { type: 'ephemeral' } },
    sent: /"cache_control"/,
    field: 'cache_control',
    warns: ['openai', 'google', 'groq'],
  },
  {
    name: 'an effort in the words of OpenRouter',
    chat: { reasoning: { effort: 'low' } },
    options: { effort: 'low' },
    sent: /"low"|"LOW"|"thinkingBudget"/,
    field: 'reasoning',
  },
  {
    name: 'thinking by a number of tokens',
    chat: { reasoning: { max_tokens: 1_717 } },
    options: { effort: 'low' },
    sent: /:1717\b/,
    field: 'reasoning.max_tokens',
    warns: ['openai', 'anthropic', 'groq'],
  },
  {
    name: 'a field of Anthropic’s own form',
    chat: {},
    options: { native: { format: 'anthropic', body: { speed: 'FAST1', messages: [user] }, untold: ['speed'] } },
    sent: /FAST1/,
    field: 'speed',
    warns: ['openai', 'google', 'openrouter', 'groq'],
  },
  { name: 'an effort', chat: {}, options: { effort: 'low' }, sent: /"low"|"LOW"|"thinkingBudget"/ },
  { name: 'a seed', chat: { seed: 4242 }, sent: /:4242\b/, field: 'seed', warns: ['anthropic'] },
  { name: 'several answers', chat: { n: 3 }, sent: /"n":3\b/, field: 'n', warns: ['anthropic', 'google', 'groq'] },
  {
    name: 'log probabilities',
    chat: { logprobs: true, top_logprobs: 5 },
    sent: /"top_logprobs":5\b/,
    field: 'logprobs',
    warns: ['anthropic', 'google', 'groq'],
  },
  { name: 'a user', chat: { user: 'USER1' }, sent: /USER1/, field: 'user', warns: ['google'] },
  {
    name: 'a field that nobody has heard of',
    chat: { x_unknown: 'UNK1' },
    sent: /UNK1/,
    field: 'x_unknown',
    warns: ['anthropic', 'google'],
  },
];

async function ask(
  providers: Providers,
  name: ProviderName,
  feature: Feature,
  streamed: boolean,
): Promise<readonly string[]> {
  const provider = providers.byName.get(name);
  if (!provider) throw new Error(`${name} was not opened`);
  const chat: Chat = { messages: [user], ...feature.chat };
  const options: CallOptions = callOptions({ provider: name, modelName: 'gemini-2.5-model', ...feature.options });
  if (!streamed) return (await provider.complete(chat, options)).warnings;
  let warnings: readonly string[] = [];
  for await (const chunk of provider.stream(chat, options)) if (chunk.kind === 'start') ({ warnings } = chunk);
  return warnings;
}

describe('a feature of a request', () => {
  let server: WireServer;
  let providers: Providers;
  let vendor: ProviderName;
  before(async () => {
    server = await openWireServer((response, { body, path }) => {
      const { start, words, finish, done } = streamFrames(vendor, wordsOf(2));
      const streamed = body['stream'] === true || path.includes('streamGenerateContent');
      if (streamed) sendSse(response, [...start, ...words, ...finish, ...done].join(''));
      else sendJson(response, wholeReply(vendor, wordsOf(2)));
    });
    const one = { apiKeys: ['k'], baseUrl: server.url };
    providers = openProviders({ openai: one, anthropic: one, google: one, openrouter: one, groq: one }, Date.now);
  });
  after(async () => {
    await providers.close();
    await server.close();
  });

  for (const name of PROVIDERS) {
    for (const feature of FEATURES) {
      const warns = feature.warns?.includes(name) ?? false;
      it(`${feature.name} ${warns ? 'is warned of by' : 'reaches'} ${name}, whole and streamed`, async () => {
        vendor = name;
        for (const streamed of [false, true]) {
          server.asked.length = 0;
          const warnings = await ask(providers, name, feature, streamed);
          const body = JSON.stringify(server.asked[0]?.body);
          const warned = warnings.some((warning) => warning.startsWith(`${feature.field} `));
          expect({ sent: feature.sent.test(body), warned }, body).to.deep.equal({ sent: !warns, warned: warns });
          if (feature.never) expect(body).to.not.match(feature.never);
        }
      });
    }
  }
});
