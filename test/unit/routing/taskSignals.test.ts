// Each signal has two patterns: one for all scripts, one that is right for ASCII only. On ASCII they find the same.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { INSTRUCTION_SIGNALS, MATERIAL_SIGNALS } from '../../../src/routing/taskSignals.ts';

const SIGNALS = [...INSTRUCTION_SIGNALS, ...MATERIAL_SIGNALS];
const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length;

describe('task signals', () => {
  it('find the same with both patterns in every ASCII prompt of the corpus, and in cut-up pieces of them', () => {
    const lines = ['build', 'heldout'].flatMap((half) =>
      readFileSync(`test/fixtures/prompts/${half}.jsonl`, 'utf8').trim().split('\n'),
    );
    const texts = lines
      .flatMap((line) => (JSON.parse(line) as { request: { messages: { content: unknown }[] } }).request.messages)
      .flatMap(({ content }) => (typeof content === 'string' && isAscii(content) ? [content] : []));
    expect(texts.length).to.be.greaterThan(50);
    let found = 0;
    for (const text of texts) {
      for (const piece of [text, text.toUpperCase(), text.slice(3), text.replaceAll(' ', '_'), `${text}x`]) {
        for (const { name, pattern, ascii } of SIGNALS) {
          const wanted = pattern.test(piece);
          found += Number(wanted);
          expect(ascii.test(piece), `${name} in ${JSON.stringify(piece)}`).to.equal(wanted);
        }
      }
    }
    expect(found).to.be.greaterThan(100);
  });

  it('find the same in any ASCII text', () => {
    const words = fc.constantFrom(
      'summarize',
      'fix',
      'def',
      'translate',
      'to',
      'german',
      'write',
      'a',
      'function',
      'why',
      'say',
    );
    const text = fc.array(fc.oneof(words, fc.string({ unit: 'grapheme-ascii', maxLength: 4 })), { maxLength: 12 });
    fc.assert(
      fc.property(text, fc.constantFrom(' ', '', '-', '\n'), (parts, glue) => {
        const joined = parts.join(glue);
        for (const { pattern, ascii } of SIGNALS) expect(ascii.test(joined)).to.equal(pattern.test(joined));
      }),
    );
  });
});
