// From Anthropic's form to the neutral one, and back by way of the wire: nothing is lost.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { MessagesRequest, fromMessages } from '../../../src/api/anthropic/messagesRequest.ts';
import { parseInput } from '../../../src/api/problem.ts';
import { EMPTY_CATALOG } from '../../../src/domain/catalog.ts';
import { toAnthropicBody } from '../../../src/providers/wire/anthropicRequest.ts';
import { callOptions } from '../../support/callOptions.ts';

type Body = Record<string, unknown>;
const read = (body: Body) => fromMessages(parseInput(MessagesRequest, { model: 'auto', ...body }), EMPTY_CATALOG);
const through = (body: Body): Body => toAnthropicBody(read(body).chat, callOptions({ provider: 'anthropic' })).body;

const text = fc.string({ minLength: 1, maxLength: 30 }).filter((one) => one.trim() !== '');
const id = fc.stringMatching(/^toolu_[A-Za-z0-9]{4,8}$/);
const cache = fc.constantFrom(
  {},
  { cache_control: { type: 'ephemeral' } },
  { cache_control: { type: 'ephemeral', ttl: '1h' } },
);
const textBlock = fc.tuple(text, cache).map(([one, more]) => ({ type: 'text', text: one, ...more }));
const image = fc.constantFrom(
  { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' } },
  { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
);
const input = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.oneof(text, fc.integer(), fc.boolean()));
const toolUse = fc.record({ type: fc.constant('tool_use'), id, name: fc.constantFrom('search', 'run'), input });
const thinking = fc.constantFrom(
  { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
  { type: 'redacted_thinking', data: 'c2VjcmV0' },
);
const result = fc
  .tuple(id, text, fc.option(fc.boolean(), { nil: undefined }))
  .map(([tool_use_id, content, isError]) => ({
    type: 'tool_result',
    tool_use_id,
    content,
    ...(isError === undefined ? {} : { is_error: isError }),
  }));
const list = <T>(one: fc.Arbitrary<T>, most = 2) => fc.array(one, { maxLength: most });
const user = fc
  .tuple(list(result), fc.array(fc.oneof(textBlock, image), { minLength: 1, maxLength: 3 }))
  .map(([results, rest]) => ({ role: 'user', content: [...results, ...rest] }));
const assistant = fc
  .tuple(list(thinking), fc.array(textBlock, { minLength: 1, maxLength: 2 }), list(toolUse))
  .map(([thoughts, said, calls]) => ({ role: 'assistant', content: [...thoughts, ...said, ...calls] }));
const messages = fc
  .tuple(user, fc.array(fc.tuple(assistant, user), { maxLength: 3 }))
  .map(([first, rest]) => [first, ...rest.flat()]);
const tool = fc.tuple(fc.constantFrom('search', 'run'), cache).map(([name, more]) => ({
  name,
  description: 'does it',
  input_schema: { type: 'object', properties: { q: { type: 'string' } } },
  strict: true,
  ...more,
}));

describe('messages of Anthropic’s form', () => {
  it('come back as they were, by way of the neutral form', () => {
    const bodies = fc.record({
      max_tokens: fc.integer({ min: 1, max: 9_000 }),
      messages,
      system: text,
      tools: fc.array(tool, { minLength: 1, maxLength: 2 }),
      tool_choice: fc.constantFrom({ type: 'any' }, { type: 'none' }, { type: 'tool', name: 'run' }),
      stop_sequences: fc.array(text, { minLength: 1, maxLength: 2 }),
      metadata: fc.constant({ user_id: 'u1' }),
    });
    fc.assert(
      fc.property(bodies, (body) => {
        expect(through(body)).to.deep.equal({ ...body, model: 'model-1' });
      }),
    );
  });

  it('keep marks for the cache in the system text', () => {
    const system = [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }];
    const messagesOf = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
    expect(through({ max_tokens: 5, system, messages: messagesOf })['system']).to.deep.equal(system);
  });

  it('ask for the effort that they name, by word or by budget', () => {
    const base = { max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] };
    expect(read({ ...base, output_config: { effort: 'high' } }).wishes.effort).to.equal('high');
    expect(read({ ...base, thinking: { type: 'disabled' } }).wishes.effort).to.equal('none');
    expect(read({ ...base, thinking: { type: 'enabled', budget_tokens: 2_000 } }).wishes.effort).to.equal('low');
    expect(read({ ...base, thinking: { type: 'enabled', budget_tokens: 30_000 } }).wishes.effort).to.equal('high');
    expect(read(base).wishes.effort).to.equal(undefined);
  });

  it('say beside their body what they say of thinking, for who sends it as it came', () => {
    const base = { max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] };
    const said = (more: Body) => read({ ...base, ...more }).native?.thinking;
    expect(said({})).to.equal(undefined);
    expect(said({ output_config: { format: { type: 'json_schema', schema: {} } } })).to.equal(undefined);
    expect(said({ thinking: { type: 'disabled' } })).to.deep.equal({ on: false, effort: 'none' });
    expect(said({ thinking: { type: 'adaptive' } })).to.deep.equal({ on: true });
    expect(said({ thinking: { type: 'enabled', budget_tokens: 2_000 } })).to.deep.equal({ on: true, effort: 'low' });
    expect(said({ output_config: { effort: 'max' } })).to.deep.equal({ on: true, effort: 'max' });
  });

  it('say beside their body which of its fields the neutral form has no place for', () => {
    const base = { max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] };
    expect(read({ ...base, max_cost: 1, thinking: { type: 'adaptive' } }).native?.untold).to.deep.equal([]);
    const tools = [{ name: 'f', input_schema: {}, strict: true, eager_input_streaming: true }];
    const { chat, native } = read({ ...base, tools, service_tier: 'auto', context_management: {} });
    expect(native?.untold).to.deep.equal(['service_tier', 'context_management', 'eager_input_streaming of a tool']);
    expect(chat.tools?.[0]?.function?.strict).to.equal(true);
  });

  it('drop thinking that is not signed: nobody takes it back', () => {
    const content = [
      { type: 'thinking', thinking: 'of another', signature: '' },
      { type: 'text', text: 'yes' },
    ];
    const { chat } = read({
      max_tokens: 5,
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content },
      ],
    });
    expect(chat.messages[1]).to.not.have.property('reasoning_details');
  });

  it('go to Anthropic only when they hold what nobody else has', () => {
    const base = { max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] };
    expect(read(base).wishes.only).to.equal(undefined);
    expect(read({ ...base, tools: [{ type: 'web_search_20260101', name: 'web_search' }] }).wishes.only).to.deep.equal([
      'anthropic',
    ]);
    const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a' } };
    expect(read({ max_tokens: 5, messages: [{ role: 'user', content: [document] }] }).wishes.only).to.deep.equal([
      'anthropic',
    ]);
  });
});
