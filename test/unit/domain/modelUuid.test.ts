import { expect } from 'chai';
import { describe, it } from 'mocha';
import { modelUuid } from '../../../src/domain/modelUuid.ts';

describe('the id of a model', () => {
  it('never changes, so that rows of an older release stay the same', () => {
    expect(modelUuid('groq/openai/gpt-oss-120b')).to.equal('369d4c67-5909-5a9e-8702-64d7845191c7');
  });

  it('tells models of two providers apart', () => {
    expect(modelUuid('openai/gpt-a')).not.to.equal(modelUuid('openrouter/openai/gpt-a'));
  });
});
