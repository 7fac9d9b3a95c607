// From the neutral form to a vendor's, back through the vendor's reply: nothing of text, calls and images is lost or mixed up.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Chat, type ContentPart, type Message, type ToolCall, textOf } from '../../../src/domain/chat.ts';
import { fromAnthropicReply } from '../../../src/providers/wire/anthropic.ts';
import { toAnthropicBody } from '../../../src/providers/wire/anthropicRequest.ts';
import { fromGeminiReply } from '../../../src/providers/wire/gemini.ts';
import { toGeminiBody } from '../../../src/providers/wire/geminiRequest.ts';
import type { Dialect } from '../../../src/providers/wire/openai.ts';
import { toOpenAiBody } from '../../../src/providers/wire/openaiRequest.ts';
import { toResponsesBody } from '../../../src/providers/wire/responsesRequest.ts';
import { callOptions } from '../../support/callOptions.ts';

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const json = fc.dictionary(
  fc.constantFrom('a', 'b', 'città'),
  fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
  { noNullPrototype: true },
);
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
const call = fc
  .record({ id, name: fc.stringMatching(/^[a-z_]{1,12}$/), args: json })
  .map(({ id, name, args }): ToolCall => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));
const calls = fc.uniqueArray(call, { selector: (one) => one.id, maxLength: 4 });
const assistant = fc
  .record({ content: fc.option(text), tool_calls: calls })
  .filter(({ content, tool_calls }) => content !== null || tool_calls.length > 0);
const image = fc
  .base64String({ minLength: 4 })
  .map((data) => ({ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }));
const chatOf = (messages: Message[]): Chat => ({ messages });

const OPENAI: Dialect = {
  vendor: 'OpenAI',
  refuses: [],
  reasoning: 'none',
  takesCacheControl: false,
  takesAllowedTools: true,
  limitField: 'max_completion_tokens',
  effortField: 'reasoning_effort',
};

type Turn = { content: Record<string, unknown>[] };
type GeminiTurn = { parts: Record<string, unknown>[] };

describe('A round trip', () => {
  it('through Anthropic keeps text and tool calls of an assistant', () => {
    fc.assert(
      fc.property(assistant, (given) => {
        const { body } = toAnthropicBody(chatOf([{ role: 'assistant', ...given }]), callOptions());
        const [turn] = body['messages'] as Turn[];
        const { completion } = fromAnthropicReply(
          { id: 'm', model: 'm', stop_reason: 'end_turn', content: turn?.content ?? [] },
          0,
        );
        const message = completion.choices[0]?.message;
        expect(message?.content ?? null).to.equal(given.content);
        expect(message?.tool_calls ?? []).to.deep.equal(given.tool_calls);
      }),
    );
  });

  it('through Gemini keeps text and tool calls of an assistant', () => {
    fc.assert(
      fc.property(assistant, (given) => {
        const options = callOptions({ modelName: 'gemini-2.5-flash' });
        const { body } = toGeminiBody(chatOf([{ role: 'assistant', ...given }]), options);
        const [content] = body['contents'] as GeminiTurn[];
        const reply = { candidates: [{ finishReason: 'STOP', content }] };
        const { completion } = fromGeminiReply(reply, { now: 0, model: 'm', requestId: 'r' });
        const message = completion.choices[0]?.message;
        expect(message?.content ?? null).to.equal(given.content);
        expect(message?.tool_calls ?? []).to.deep.equal(given.tool_calls);
      }),
    );
  });

  it('keeps each image of a user once and in order', () => {
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 4 }), (images) => {
        const urls = images.map(({ image_url: { url } }) => url);
        const chat = chatOf([{ role: 'user', content: [{ type: 'text', text: 'look' }, ...images] }]);
        const [turn] = toAnthropicBody(chat, callOptions()).body['messages'] as Turn[];
        const sources = (turn?.content.slice(1) ?? []) as { source: { media_type: string; data: string } }[];
        expect(sources.map(({ source }) => `data:${source.media_type};base64,${source.data}`)).to.deep.equal(urls);
        const [content] = toGeminiBody(chat, callOptions()).body['contents'] as GeminiTurn[];
        const parts = (content?.parts.slice(1) ?? []) as { inlineData: { mimeType: string; data: string } }[];
        expect(parts.map(({ inlineData }) => `data:${inlineData.mimeType};base64,${inlineData.data}`)).to.deep.equal(
          urls,
        );
      }),
    );
  });

  it('keeps each image of the results of tools once and in order, where the vendor takes images', () => {
    const results = fc.array(fc.record({ said: fc.option(text), images: fc.array(image, { maxLength: 2 }) }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(results, (given) => {
        const made = given.map((_, place): ToolCall => ({
          id: `c${place}`,
          type: 'function',
          function: { name: 'f', arguments: '{}' },
        }));
        const chat = chatOf([
          { role: 'user', content: 'go' },
          { role: 'assistant', content: null, tool_calls: made },
          ...given.map(({ said, images }, place): Message => ({
            role: 'tool',
            tool_call_id: `c${place}`,
            content: [...(said === null ? [] : [{ type: 'text', text: said }]), ...images],
          })),
          { role: 'assistant', content: 'done' },
        ]);
        const urls = given.flatMap(({ images }) => images.map(({ image_url: { url } }) => url));
        const sent = toOpenAiBody(chat, callOptions(), OPENAI).body['messages'] as Message[];
        const shown = sent.filter(({ role }) => role === 'user').slice(1);
        expect(
          shown.flatMap(({ content }) => (content as ContentPart[]).map((part) => part.image_url?.url)),
        ).to.deep.equal(urls);
        const told = sent.filter(({ role }) => role === 'tool');
        expect(told.map((message) => textOf(message))).to.deep.equal(given.map(({ said }) => said ?? ''));
        expect(JSON.stringify(told)).to.not.contain('image_url');
        expect(sent.map(({ role }) => role)).to.deep.equal([
          'user',
          'assistant',
          ...given.map(() => 'tool'),
          ...(urls.length > 0 ? ['user'] : []),
          'assistant',
        ]);
        for (const body of [
          toAnthropicBody(chat, callOptions()).body,
          toGeminiBody(chat, callOptions()).body,
          toResponsesBody(chat, callOptions()).body,
        ]) {
          const bytes = urls.map((url) => url.replace('data:image/png;base64,', ''));
          const found = [
            ...JSON.stringify(body).matchAll(/"(?:data|image_url)":"(?:data:image\/png;base64,)?([^"]*)"/g),
          ];
          expect(found.map(([, data]) => data)).to.deep.equal(bytes);
        }
      }),
    );
  });

  it('answers every call of a round with one result, and alternates the roles', () => {
    fc.assert(
      fc.property(fc.array(calls, { maxLength: 4 }), (rounds) => {
        const messages: Message[] = rounds.flatMap((made): Message[] => [
          { role: 'user', content: 'go' },
          { role: 'assistant', content: 'so', tool_calls: made },
          ...made.map((one): Message => ({ role: 'tool', tool_call_id: one.id, content: 'r' })),
        ]);
        if (messages.length === 0) return;
        const turns = toAnthropicBody(chatOf(messages), callOptions()).body['messages'] as (Turn & { role: string })[];
        for (const [at, turn] of turns.entries()) {
          expect(turn.role).to.equal(at % 2 === 0 ? 'user' : 'assistant');
          const uses = turn.content.filter(({ type }) => type === 'tool_use').map(({ id: one }) => one);
          const results = (turns[at + 1]?.content ?? []).filter(({ type }) => type === 'tool_result');
          expect(results.map(({ tool_use_id: one }) => one)).to.deep.equal(uses);
        }
      }),
    );
  });
});
