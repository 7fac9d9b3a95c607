import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { canonicalJson } from '../../../src/domain/canonicalJson.ts';
import type { EventType } from '../../../src/domain/events.ts';
import { checkChain, checkTime, digestOf, isEventType, openEvent, sealEvents } from '../../../src/eventstore/codec.ts';
import type { NewEvent, RecordedEvent } from '../../../src/eventstore/eventStore.ts';
import { createRandom } from '../../../src/platform/clock.ts';
import { alert, messageOf, sealAlerts } from '../../support/sealedEvents.ts';

function recorded(events: readonly NewEvent[]): RecordedEvent[] {
  return events.map((event, index) => ({
    ...event,
    stream: 'admin-main',
    revision: BigInt(index),
    position: String(index),
    recordedAt: new Date(0),
  }));
}

/** The same value with its keys in the opposite order, at every depth. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe('opening an event of a type that this release does not know', () => {
  it('says which, and that a newer router wrote it', () => {
    const [event] = recorded(sealAlerts(['a']));
    if (!event) throw new Error('no event');
    const newer = { ...event, type: 'RequestPondered' as EventType };
    expect(() => openEvent(newer)).to.throw('unknown type RequestPondered: a newer router wrote it');
  });
});

const seal = (madeAt: string, ms: number) => {
  const clock = { now: () => ms };
  return recorded(sealEvents([alert('a')], null, { id: () => createRandom(clock).uuidv7(), madeAt }))[0];
};
const problemsOf = (event: RecordedEvent | undefined) => event && checkTime(event).map(({ problem }) => problem);

describe('the time at which an event was made', () => {
  it('is held to the id, which a hash covers', () => {
    const at = Date.UTC(2026, 10, 25);
    expect(problemsOf(seal(new Date(at + 5).toISOString(), at))).to.deep.equal([]);
    expect(problemsOf(seal('2019-01-01T00:00:00.000Z', at))).to.deep.equal(['time']);
    const [old] = recorded(sealAlerts(['a']));
    expect(old && checkTime({ ...old, id: '7e2a4cc6-0f7c-4b43-9c5a-6a0e4e1d2f10' })).to.deep.equal([]);
  });
});

describe('sealing events', () => {
  it('gives JSON that means the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.parse(canonicalJson(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('gives the same text whatever the order of keys, and again after it went through JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).to.equal(text);
        expect(canonicalJson(JSON.parse(JSON.stringify(value)))).to.equal(text);
      }),
    );
  });

  it('leaves undefined out and refuses what JSON cannot say', () => {
    expect(canonicalJson({ b: undefined, a: [undefined, 1] })).to.equal('{"a":[null,1]}');
    for (const value of [1n, Number.NaN, Infinity, new Date(0), new Map(), () => 1]) {
      expect(() => canonicalJson({ value })).to.throw(TypeError);
    }
  });

  it('gives another digest for another id, type, version or content', () => {
    const event = { id: 'a', type: 'b', version: 1, data: { c: 1 } };
    const digests = [
      event,
      { ...event, id: 'b' },
      { ...event, type: 'c' },
      { ...event, version: 2 },
      { ...event, data: { c: 2 } },
    ];
    expect(new Set(digests.map(digestOf)).size).to.equal(digests.length);
  });

  it('chains events, over one append or several', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 8 }), fc.nat(), (messages, cut) => {
        const at = cut % messages.length;
        const first = sealAlerts(messages.slice(0, at));
        const last = first.at(-1);
        const rest = sealAlerts(
          messages.slice(at),
          last ? { revision: BigInt(at - 1), chain: last.metadata.chain } : null,
        );
        expect(checkChain(recorded([...first, ...rest]))).to.deep.equal([]);
      }),
    );
  });

  it('finds a changed event, a missing one and one that was put in', () => {
    const events = recorded(sealAlerts(['one', 'two', 'three']));
    const changed = events.map((event, index) => (index === 1 ? { ...event, data: alert('forged').data } : event));
    expect(checkChain(changed)).to.deep.equal([{ stream: 'admin-main', revision: 1n, problem: 'digest' }]);
    expect(checkChain(events.filter((_, index) => index !== 1)).map(({ problem }) => problem)).to.deep.equal([
      'gap',
      'chain',
    ]);
    const [foreign] = sealAlerts(['foreign']);
    const put = events.map((event, index) => (index === 1 && foreign ? { ...event, ...foreign } : event));
    expect(checkChain(put).map(({ revision, problem }) => `${revision} ${problem}`)).to.deep.equal([
      '1 chain',
      '2 chain',
    ]);
  });

  it('refuses data that are not what their type says', () => {
    const draft = { ...alert('x'), data: { message: 5 } } as unknown as Parameters<typeof sealEvents>[0][number];
    expect(() => sealEvents([draft], null, { id: () => 'id', madeAt: '' })).to.throw(/Invalid input/);
  });
});

const appendText = (text: string) => (data: unknown) => ({
  ...(data as object),
  message: `${messageOf({ data })}${text}`,
});

describe('opening events', () => {
  it('gives back what was sealed', () => {
    const [event] = sealAlerts(['hello']);
    if (!event) throw new Error('no event');
    expect(openEvent(event)).to.deep.equal(alert('hello'));
  });

  it('reads a held change of version 1: without a rule, abilities among the details', () => {
    const data = {
      modelId: 'openai/one',
      source: 'feed',
      at: '2026-11-20T10:00:00.000Z',
      by: 'test',
      holdId: '00000000-0000-4000-8000-000000000001',
      reason: 'ten times the price',
      proposed: { details: null, abilities: { tools: true } },
    };
    const opened = openEvent({ type: 'ModelChangeHeld', data, metadata: { version: 1 } });
    expect(opened.data).to.deep.include({ rule: 'unknown', proposed: { details: { abilities: { tools: true } } } });
  });

  it('reads old versions step by step', () => {
    const [event] = sealAlerts(['1']);
    if (!event) throw new Error('no event');
    const versions = { AlertRaised: 3 } as Parameters<typeof openEvent>[2];
    const opened = openEvent(event, { AlertRaised: { 1: appendText(' 2'), 2: appendText(' 3') } }, versions);
    expect(messageOf(opened)).to.equal('1 2 3');
    expect(() => openEvent(event, { AlertRaised: { 2: appendText('') } }, versions)).to.throw(
      'no upcast from version 1',
    );
  });

  it('refuses an event that a newer router wrote', () => {
    const [event] = sealAlerts(['x']);
    if (!event) throw new Error('no event');
    expect(() => openEvent({ ...event, metadata: { version: 99 } })).to.throw('a newer one wrote it');
  });

  it('knows its types and nothing that every object has', () => {
    expect(isEventType('AlertRaised')).to.equal(true);
    expect(isEventType('toString')).to.equal(false);
  });
});
