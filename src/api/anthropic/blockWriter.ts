// From the deltas of the neutral form to the events of Anthropic's Messages API: one block at a time, each whole before the next begins.
import type { Answered } from '../../gateway/gateway.ts';
import type { StreamChunk } from '../streamAnswer.ts';
import { emptyMessage, toStopReason, toUsage } from './messagesAnswer.ts';

export type Event = { readonly type: string; readonly [field: string]: unknown };

type Delta = Extract<StreamChunk, { kind: 'delta' }>;
type CallDelta = {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
};
type TextKind = 'text' | 'thinking';
type Call = { readonly id: string; readonly name: string; readonly text: string };

export class BlockWriter {
  #index = -1;
  /** `text`, `thinking`, or the number of a tool call. */
  #open: string | number | undefined;
  /** Calls that another vendor told by turns with the one that is open: kept until its end. */
  readonly #kept = new Map<number, Call>();
  /** What was said beside an open call: kept until its end, too. */
  readonly #later: { readonly kind: TextKind; text: string }[] = [];
  #begun = false;
  #finish: Delta['choices'][number]['finish_reason'] = null;

  add({ id, choices }: Delta, model: string): Event[] {
    const events = this.#begin(id, model);
    const choice = choices.find((one) => one.index === 0);
    if (!choice) return events;
    this.#finish = choice.finish_reason ?? this.#finish;
    const { content, reasoning, reasoning_content: thought = reasoning, refusal, tool_calls: calls } = choice.delta;
    if (typeof thought === 'string' && thought) events.push(...this.#hearText('thinking', thought));
    for (const text of [content, refusal])
      if (typeof text === 'string' && text) events.push(...this.#hearText('text', text));
    if (Array.isArray(calls)) for (const one of calls as CallDelta[]) events.push(...this.#hearCall(one));
    return events;
  }

  end(answered: Answered): Event[] {
    const kept = [...this.#kept].sort(([a], [b]) => a - b);
    return [
      ...this.#begin(answered.requestId, answered.model.id),
      ...this.#close(),
      ...this.#later.flatMap(({ kind, text }) => this.#text(kind, text)),
      ...kept.flatMap(([place, call]) => this.#call(place, call)),
      ...this.#close(),
      {
        type: 'message_delta',
        delta: { stop_reason: toStopReason(this.#finish), stop_sequence: null },
        usage: toUsage(answered.usage),
      },
      { type: 'message_stop' },
    ];
  }

  #begin(id: string, model: string): Event[] {
    if (this.#begun) return [];
    this.#begun = true;
    return [{ type: 'message_start', message: { ...emptyMessage(id, model), usage: toUsage(null) } }];
  }

  /** Nothing tells the end of a call but the end of the answer: a block that began before would tear the call in two. */
  #hearText(kind: TextKind, text: string): Event[] {
    if (typeof this.#open !== 'number') return this.#text(kind, text);
    const last = this.#later.at(-1);
    if (last?.kind === kind) last.text += text;
    else this.#later.push({ kind, text });
    return [];
  }

  #text(kind: TextKind, text: string): Event[] {
    return kind === 'thinking'
      ? [
          ...this.#enter(kind, { type: 'thinking', thinking: '', signature: '' }),
          this.#say({ type: 'thinking_delta', thinking: text }),
        ]
      : [...this.#enter(kind, { type: 'text', text: '' }), this.#say({ type: 'text_delta', text })];
  }

  #hearCall({ index: place = 0, id = '', function: called }: CallDelta): Event[] {
    const { name = '', arguments: text = '' } = called ?? {};
    if (typeof this.#open !== 'number' || this.#open === place) return this.#call(place, { id, name, text });
    const kept = this.#kept.get(place) ?? { id: '', name: '', text: '' };
    this.#kept.set(place, { id: id || kept.id, name: name || kept.name, text: kept.text + text });
    return [];
  }

  #call(place: number, { id, name, text }: Call): Event[] {
    const events = this.#enter(place, { type: 'tool_use', id: id || `toolu_${place}`, name, input: {} });
    return text ? [...events, this.#say({ type: 'input_json_delta', partial_json: text })] : events;
  }

  #enter(kind: string | number, block: object): Event[] {
    if (this.#open === kind) return [];
    const closed = this.#close();
    this.#index += 1;
    this.#open = kind;
    return [...closed, { type: 'content_block_start', index: this.#index, content_block: block }];
  }

  #close(): Event[] {
    if (this.#open === undefined) return [];
    this.#open = undefined;
    return [{ type: 'content_block_stop', index: this.#index }];
  }

  #say(delta: object): Event {
    return { type: 'content_block_delta', index: this.#index, delta };
  }
}
