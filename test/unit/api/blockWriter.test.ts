// Deltas as Anthropic's blocks: one at a time, also where another vendor tells two calls by turns.
import { expect } from 'chai';
import { BlockWriter } from '../../../src/api/anthropic/blockWriter.ts';

const chunk = (delta: Record<string, unknown>, finish: 'tool_calls' | null = null) => ({
  kind: 'delta' as const,
  id: 'c1',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const call = (index: number, more: object) => chunk({ tool_calls: [{ index, ...more }] });
const ANSWERED = {
  requestId: 'r1',
  model: { id: 'openai/m', provider: 'openai' as const, modelName: 'm' },
  usage: null,
  costUsd: null,
  baselineModelId: null,
  baselineCostUsd: null,
  savingsUsd: null,
  latencyMs: 1,
  taskType: 'chat' as const,
  attempts: 1,
  fallback: false,
  warnings: [],
  simulated: false,
  reason: '',
};

describe('the writer of blocks', () => {
  it('keeps a second call back while the first is open, and tells each whole', () => {
    const writer = new BlockWriter();
    const chunks = [
      chunk({ content: 'Let me see.' }),
      call(0, { id: 'a', function: { name: 'f', arguments: '' } }),
      call(1, { id: 'b', function: { name: 'g', arguments: '{"y"' } }),
      call(0, { function: { arguments: '{"x":' } }),
      call(1, { function: { arguments: ':2}' } }),
      call(0, { function: { arguments: '1}' } }),
      chunk({}, 'tool_calls'),
    ];
    const events = [...chunks.flatMap((one) => writer.add(one, 'openai/m')), ...writer.end(ANSWERED)];
    const blocks: Record<string, unknown>[] = [];
    let open: number | undefined;
    for (const event of events) {
      if (event.type === 'content_block_start') {
        expect(open).to.equal(undefined);
        open = Number(event['index']);
        blocks.push({ ...(event['content_block'] as object), said: '' });
      }
      if (event.type === 'content_block_delta') {
        expect(event['index']).to.equal(open);
        const { text = '', partial_json: json = '' } = event['delta'] as { text?: string; partial_json?: string };
        const last = blocks.at(-1);
        if (last) last['said'] = `${last['said'] as string}${text}${json}`;
      }
      if (event.type === 'content_block_stop') open = undefined;
    }
    expect(blocks).to.deep.equal([
      { type: 'text', text: '', said: 'Let me see.' },
      { type: 'tool_use', id: 'a', name: 'f', input: {}, said: '{"x":1}' },
      { type: 'tool_use', id: 'b', name: 'g', input: {}, said: '{"y":2}' },
    ]);
    expect(events.map(({ type }) => type).slice(-2)).to.deep.equal(['message_delta', 'message_stop']);
    expect(events.at(-2)?.['delta']).to.include({ stop_reason: 'tool_use' });
  });
});
