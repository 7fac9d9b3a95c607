// The describer against labelled prompts: built on one half, measured on the other, which no rule was chosen by.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Chat } from '../../../src/domain/chat.ts';
import { describeChat } from '../../../src/routing/describeChat.ts';
import { estimateTokens } from '../../../src/domain/estimateTokens.ts';

type Labelled = { readonly id: string; readonly taskType: string; readonly language: string; readonly request: Chat };

function readPrompts(half: 'build' | 'heldout'): Labelled[] {
  const file = new URL(`../../fixtures/prompts/${half}.jsonl`, import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Labelled);
}

function shareRight(prompts: readonly Labelled[]): number {
  const right = prompts.filter(({ request, taskType }) => describeChat(request, 'chat').taskType === taskType);
  return right.length / prompts.length;
}

const ask = (content: string): Chat => ({ messages: [{ role: 'user', content }] });

describe('describeChat', () => {
  it('names the task of at least 85 % of the prompts that it was not built on', () => {
    expect(shareRight(readPrompts('heldout'))).to.be.at.least(0.85);
  });

  it('names the task of at least 90 % of the prompts that it was built on', () => {
    expect(shareRight(readPrompts('build'))).to.be.at.least(0.9);
  });

  it('finds words that begin with an accented letter', () => {
    expect(describeChat(ask('Übersetze bitte: the shop is closed'), 'chat').taskType).to.equal('translation');
    expect(describeChat(ask("Résous l'équation x² = 9"), 'chat').taskType).to.equal('reasoning');
    expect(describeChat(ask('Je voudrais : écris une fonction de tri'), 'chat').taskType).to.equal('coding');
  });

  it('takes moving code to another programming language for coding', () => {
    expect(describeChat(ask('Translate this to Rust:\n```py\nx = 1\n```'), 'chat').taskType).to.equal('coding');
  });

  it('takes every request of the agent surface for an agent step', () => {
    expect(describeChat(ask('Translate this into German'), 'agent-step').taskType).to.equal('agent_step');
  });

  it('takes a request with an image for an image task and tells that it needs vision', () => {
    const features = describeChat(
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Summarize' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
            ],
          },
        ],
      },
      'chat',
    );
    expect(features).to.include({ taskType: 'image', imageCount: 1 });
    expect(features.needs.vision).to.equal(true);
    expect(features.inputTokens).to.be.above(1000);
  });

  it('keeps confidence within 0..1 and at most eight signals', () => {
    for (const { id, request } of [...readPrompts('build'), ...readPrompts('heldout')]) {
      const { confidence, signals } = describeChat(request, 'chat');
      expect(confidence, id).to.be.within(0, 1);
      expect(signals.length, id).to.be.at.most(8);
    }
  });

  it('guesses the language of the last words of at least nine prompts in ten', () => {
    const prompts = readPrompts('build').filter(({ taskType }) => taskType === 'chat' || taskType === 'reasoning');
    const right = prompts.filter(({ request, language }) => describeChat(request, 'chat').language === language);
    expect(right.length / prompts.length).to.be.at.least(0.9);
  });
});

describe('estimateTokens', () => {
  // Counted once with the o200k vocabulary.
  const COUNTED: readonly (readonly [text: string, tokens: number])[] = JSON.parse(
    readFileSync(new URL('../../fixtures/tokens/counts.json', import.meta.url), 'utf8'),
  ) as [string, number][];

  it('is within 35 % of the count of each text and within 12 % of all of them together', () => {
    let estimated = 0;
    let counted = 0;
    for (const [text, tokens] of COUNTED) {
      const estimate = estimateTokens(text);
      expect(estimate / tokens, text.slice(0, 60)).to.be.within(0.65, 1.35);
      estimated += estimate;
      counted += tokens;
    }
    expect(estimated / counted).to.be.within(0.88, 1.12);
  });
});
