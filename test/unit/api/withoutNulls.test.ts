// Which nulls are nothing, and which are a caller's own.
import { expect } from 'chai';
import { ChatCompletionsRequest } from '../../../src/api/requestBodies.ts';
import { withoutNulls } from '../../../src/api/withoutNulls.ts';

describe('the nulls of a request', () => {
  it('are nothing in its own fields, as SDKs write them out', () => {
    const body = {
      model: 'auto',
      messages: [
        { role: 'user', name: null, content: [{ type: 'image_url', image_url: { url: 'data:,', detail: null } }] },
        { role: 'assistant', content: null, tool_calls: null, refusal: null },
      ],
      tools: [{ type: 'function', function: { name: 'f', description: null, parameters: null } }],
      tool_choice: null,
      parallel_tool_calls: null,
      response_format: null,
      user: null,
      models: null,
      provider: null,
      session_id: null,
    };
    expect(ChatCompletionsRequest.safeParse(withoutNulls(body)).error?.issues).to.equal(undefined);
  });

  it('stay in what the caller defines', () => {
    const parameters = { type: 'object', properties: { a: { default: null, enum: [null, 1] } } };
    const body = { tools: [{ type: 'function', function: { name: 'f', parameters } }] };
    expect(withoutNulls(body)).to.deep.equal(body);
  });

  it('are left alone where the body is no object', () => {
    for (const body of [null, 'x', 1, [null]]) expect(withoutNulls(body)).to.equal(body);
  });
});
