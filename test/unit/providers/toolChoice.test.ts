// What a caller says of the use of its tools, read for every vendor; what each makes of it is in features.test.ts.
import { expect } from 'chai';
import type { Chat } from '../../../src/domain/chat.ts';
import { readToolChoice, withAllowedOnly } from '../../../src/providers/wire/toolChoice.ts';
import { toAnthropicBody } from '../../../src/providers/wire/anthropicRequest.ts';
import { toGeminiBody } from '../../../src/providers/wire/geminiRequest.ts';
import { callOptions } from '../../support/callOptions.ts';

const one = { type: 'function', function: { name: 'one' } };
const two = { type: 'function', function: { name: 'two' } };
const sql = { type: 'custom', custom: { name: 'sql' } };
const TOOLS = [one, two, sql];
const allow = (mode: string, tools: unknown[]) => ({ type: 'allowed_tools', allowed_tools: { mode, tools } });
const chatOf = (tool_choice: Chat['tool_choice'], tools: Chat['tools'] = TOOLS): Chat => ({
  messages: [{ role: 'user', content: 'hi' }],
  tools,
  tool_choice,
});

describe('A choice of tools', () => {
  it('is read in each of its forms', () => {
    expect(readToolChoice('auto', TOOLS)).to.deep.equal({ kind: 'auto' });
    expect(readToolChoice('none', TOOLS)).to.deep.equal({ kind: 'none' });
    expect(readToolChoice('required', TOOLS)).to.deep.equal({ kind: 'required' });
    expect(readToolChoice(two, TOOLS)).to.deep.equal({ kind: 'named', tool: { type: 'function', name: 'two' } });
    expect(readToolChoice(sql, TOOLS)).to.deep.equal({ kind: 'named', tool: { type: 'custom', name: 'sql' } });
    expect(readToolChoice(allow('auto', [two, sql]), TOOLS)).to.deep.equal({
      kind: 'allowed',
      mode: 'auto',
      tools: [
        { type: 'function', name: 'two' },
        { type: 'custom', name: 'sql' },
      ],
    });
  });

  it('says nothing without tools, unless one was to be used', () => {
    for (const choice of [undefined, 'auto', 'none']) expect(readToolChoice(choice, [])).to.equal(undefined);
    expect(readToolChoice('required', [])).to.deep.equal({ kind: 'other' });
  });

  it('that is unknown, or of tools that are not there, is told as such', () => {
    const absent = { type: 'custom', custom: { name: 'absent' } };
    for (const choice of ['any', { type: 'mcp' }, absent, allow('auto', [absent]), allow('never', [one])])
      expect(readToolChoice(choice, TOOLS), JSON.stringify(choice)).to.deep.equal({ kind: 'other' });
  });

  it('of some tools leaves the others out where a vendor cannot be told so', () => {
    const chat = chatOf(allow('required', [two, sql]));
    expect(withAllowedOnly(chat)).to.deep.equal({ ...chat, tools: [two, sql], tool_choice: 'required' });
    expect(withAllowedOnly(chatOf('auto'))).to.deep.equal(chatOf('auto'));
  });

  it('reaches Anthropic and Gemini, or is warned of', () => {
    const some = chatOf(allow('auto', [two]), [one, two]);
    const anthropic = toAnthropicBody({ ...some, parallel_tool_calls: false }, callOptions());
    expect((anthropic.body['tools'] as { name: string }[]).map(({ name }) => name)).to.deep.equal(['two']);
    expect(anthropic.body['tool_choice']).to.deep.equal({ type: 'auto', disable_parallel_tool_use: true });
    expect(anthropic.warnings).to.deep.equal([]);
    const gemini = toGeminiBody(some, callOptions());
    expect(gemini.body['toolConfig']).to.deep.equal({
      functionCallingConfig: { mode: 'VALIDATED', allowedFunctionNames: ['two'] },
    });
    expect(gemini.warnings).to.deep.equal([]);
    // Neither is sent tools of plain text, so neither can be told to use one.
    for (const { body, warnings } of [
      toAnthropicBody(chatOf(sql), callOptions()),
      toGeminiBody(chatOf(sql), callOptions()),
    ]) {
      expect(body).to.not.have.any.keys('tool_choice', 'toolConfig');
      expect(warnings.filter((warning) => warning.startsWith('tool_choice was not sent'))).to.have.length(1);
    }
  });
});
