// What every provider does alike, whatever its wire format: run once a vendor.
import { expect } from 'chai';
import type { ProviderName } from '../../src/domain/catalog.ts';
import { type Chat, toFunctionCall } from '../../src/domain/chat.ts';
import type { CallOptions, Provider } from '../../src/providers/provider.ts';
import { callOptions } from '../support/callOptions.ts';
import { collectStream } from '../support/collectStream.ts';
import { failureOf } from '../support/failureOf.ts';

/** Prompts that the vendor under test must answer in a set way. */
export const PROMPTS = {
  text: 'say hello',
  tool: 'weather in Oslo?',
  parallel: 'weather in Oslo and Rome?',
  limited: 'be rate limited',
  broken: 'break inside',
  refusedKey: 'refuse the key',
  cut: 'cut the stream',
} as const;
export const REPLY = 'Hello there, this is a longer answer that takes several pieces to send.';

const TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

function ask(content: string): Chat {
  return { messages: [{ role: 'user', content }], max_tokens: 200 };
}

function citiesOf(calls: readonly { readonly function: { readonly arguments: string } }[] | undefined): unknown {
  return calls?.map((call) => JSON.parse(call.function.arguments) as unknown);
}

export function describeProvider(
  name: ProviderName,
  open: () => Promise<{ readonly provider: Provider; readonly close: () => Promise<void> }>,
): void {
  describe(`The provider ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    before(async () => {
      opened = await open();
    });
    after(() => opened.close());
    const options = (more: Partial<CallOptions> = {}): CallOptions =>
      callOptions({ provider: opened.provider.name, modelName: 'model-1', ...more });

    it('says its own name', () => {
      expect(opened.provider.name).to.equal(name);
    });

    it('answers a text request whole, with usage', async () => {
      const answer = await opened.provider.complete(ask(PROMPTS.text), options());
      const [choice] = answer.completion.choices;
      expect(choice?.message).to.include({ role: 'assistant', content: REPLY });
      expect(choice?.finish_reason).to.equal('stop');
      expect(answer.status).to.equal(200);
      expect(answer.servedModel).to.equal('model-1');
      expect(answer.usage).to.include({ input: 11, output: 17, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0 });
      expect(answer.warnings).to.deep.equal([]);
    });

    it('streams the same answer, with usage, and ends after a finish reason', async () => {
      const all = await collectStream(opened.provider.stream(ask(PROMPTS.text), options()));
      expect(all.chunks[0]?.kind).to.equal('start');
      expect(all.chunks.filter(({ kind }) => kind === 'delta').length).to.be.greaterThan(2);
      expect(all).to.include({ content: REPLY, finish: 'stop', status: 200, model: 'model-1' });
      // Groq counts in a field that this simulation does not send.
      if (name !== 'groq') expect(all.usage).to.include({ input: 11, output: 17 });
    });

    it('calls a tool, whole and streamed alike', async () => {
      const chat = { ...ask(PROMPTS.tool), tools: [TOOL] };
      const whole = (await opened.provider.complete(chat, options())).completion.choices[0];
      expect(whole?.finish_reason).to.equal('tool_calls');
      const [call] = (whole?.message.tool_calls ?? []).map(toFunctionCall);
      expect(call?.function.name).to.equal('get_weather');
      expect(JSON.parse(call?.function.arguments ?? '')).to.deep.equal({ city: 'Oslo' });
      expect(call?.id).to.be.a('string').and.not.equal('');
      const streamed = await collectStream(opened.provider.stream(chat, options()));
      expect(streamed.finish).to.equal('tool_calls');
      expect(streamed.toolCalls.map(({ function: fn }) => fn)).to.deep.equal(
        whole?.message.tool_calls?.map((one) => toFunctionCall(one).function),
      );
    });

    it('keeps parallel tool calls apart', async () => {
      const chat = { ...ask(PROMPTS.parallel), tools: [TOOL] };
      const whole = (await opened.provider.complete(chat, options())).completion.choices[0];
      const streamed = await collectStream(opened.provider.stream(chat, options()));
      expect(citiesOf(whole?.message.tool_calls?.map(toFunctionCall))).to.deep.equal([
        { city: 'Oslo' },
        { city: 'Rome' },
      ]);
      expect(citiesOf(streamed.toolCalls)).to.deep.equal([{ city: 'Oslo' }, { city: 'Rome' }]);
      expect(new Set(streamed.toolCalls.map(({ id }) => id)).size).to.equal(2);
    });

    it('accepts the results of tools in the next round', async () => {
      const chat: Chat = {
        tools: [TOOL],
        messages: [
          { role: 'user', content: 'weather?' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
            ],
          },
          { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
          { role: 'user', content: PROMPTS.text },
        ],
      };
      const answer = await opened.provider.complete(chat, options());
      expect(answer.completion.choices[0]?.message.content).to.equal(REPLY);
    });

    it('reports a rate limit with its Retry-After, whole and streamed', async () => {
      for (const work of [
        opened.provider.complete(ask(PROMPTS.limited), options()),
        collectStream(opened.provider.stream(ask(PROMPTS.limited), options())),
      ]) {
        const failure = await failureOf(work);
        expect(failure).to.include({ kind: 'rate-limited', status: 429, retryAfterMs: 7_000 });
      }
    });

    it('reports a refused key as unauthorized and a server error as such', async () => {
      expect(await failureOf(opened.provider.complete(ask(PROMPTS.refusedKey), options()))).to.include({
        kind: 'unauthorized',
        status: 401,
      });
      expect(await failureOf(opened.provider.complete(ask(PROMPTS.broken), options()))).to.include({
        kind: 'server-error',
        status: 500,
      });
    });

    it('reports a stream that breaks off before its finish reason as stream-cut', async () => {
      const chunks: string[] = [];
      const failure = await failureOf(
        (async () => {
          for await (const chunk of opened.provider.stream(ask(PROMPTS.cut), options())) chunks.push(chunk.kind);
        })(),
      );
      expect(failure.kind).to.equal('stream-cut');
      expect(chunks).to.include('delta');
    });

    it('is cancelled by its signal, before and during a stream', async () => {
      const early = AbortSignal.abort();
      expect(await failureOf(opened.provider.complete(ask(PROMPTS.text), options({ signal: early })))).to.include({
        kind: 'cancelled',
      });
      const late = new AbortController();
      const failure = await failureOf(
        (async () => {
          for await (const chunk of opened.provider.stream(ask(PROMPTS.text), options({ signal: late.signal }))) {
            if (chunk.kind === 'start') late.abort();
          }
        })(),
      );
      expect(failure.kind).to.equal('cancelled');
    });
  });
}
