// Deltas as Anthropic's blocks: one at a time, also where another vendor tells two calls by turns.
import { expect } from 'chai';
import { BlockWriter, type Event } from '../../../src/api/anthropic/blockWriter.ts';

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

/** The blocks as a client puts them together; each must be whole before the next begins. */
function blocksOf(events: readonly Event[]): Record<string, unknown>[] {
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
      const said = event['delta'] as { text?: string; partial_json?: string; thinking?: string };
      const last = blocks.at(-1);
      const text = said.text ?? said.partial_json ?? said.thinking ?? '';
      if (last) last['said'] = `${last['said'] as string}${text}`;
    }
    if (event.type === 'content_block_stop') open = undefined;
  }
  return blocks;
}

function write(chunks: readonly ReturnType<typeof chunk>[]): Event[] {
  const writer = new BlockWriter();
  return [...chunks.flatMap((one) => writer.add(one, 'openai/m')), ...writer.end(ANSWERED)];
}

describe('the writer of blocks', () => {
  it('keeps a second call back while the first is open, and tells each whole', () => {
    const events = write([
      chunk({ content: 'Let me see.' }),
      call(0, { id: 'a', function: { name: 'f', arguments: '' } }),
      call(1, { id: 'b', function: { name: 'g', arguments: '{"y"' } }),
      call(0, { function: { arguments: '{"x":' } }),
      call(1, { function: { arguments: ':2}' } }),
      call(0, { function: { arguments: '1}' } }),
      chunk({}, 'tool_calls'),
    ]);
    expect(blocksOf(events)).to.deep.equal([
      { type: 'text', text: '', said: 'Let me see.' },
      { type: 'tool_use', id: 'a', name: 'f', input: {}, said: '{"x":1}' },
      { type: 'tool_use', id: 'b', name: 'g', input: {}, said: '{"y":2}' },
    ]);
    expect(events.map(({ type }) => type).slice(-2)).to.deep.equal(['message_delta', 'message_stop']);
    expect(events.at(-2)?.['delta']).to.include({ stop_reason: 'tool_use' });
  });

  it('keeps what is said and thought beside an open call until the call is whole', () => {
    const events = write([
      call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
      chunk({ content: 'One ' }),
      chunk({ content: 'moment.', tool_calls: [{ index: 1, id: 'b', function: { name: 'g', arguments: '{}' } }] }),
      chunk({ reasoning: 'Hm.' }),
      call(0, { function: { arguments: ':1}' } }),
      chunk({}, 'tool_calls'),
    ]);
    expect(blocksOf(events)).to.deep.equal([
      { type: 'tool_use', id: 'a', name: 'f', input: {}, said: '{"x":1}' },
      { type: 'text', text: '', said: 'One moment.' },
      { type: 'thinking', thinking: '', signature: '', said: 'Hm.' },
      { type: 'tool_use', id: 'b', name: 'g', input: {}, said: '{}' },
    ]);
  });
});
