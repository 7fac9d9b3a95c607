import { expect } from 'chai';
import { comparePositions, START } from '../../../src/eventstore/eventStore.ts';
import { furthest, toRecorded, toServerPosition, unlessAborted } from '../../../src/eventstore/eventstoredbForms.ts';

const at = (position: string) => ({ checkpoint: toServerPosition(position) });

describe("EventStoreDB's forms", () => {
  it('has a place before an event and the place of the event itself', () => {
    // While a server catches up its checkpoints are such places before an event.
    expect(comparePositions('340469/0', '340469/340469')).to.be.below(0);
    expect(comparePositions('340469/340469', '340470/0')).to.be.below(0);
    expect(comparePositions('340469/0', '340469/0')).to.equal(0);
    expect(comparePositions(START, '0/0')).to.be.below(0);
    expect(comparePositions('9', '10')).to.be.below(0);
  });

  it('never lets a position go back, whatever a checkpoint says', () => {
    expect(furthest('7/7', [at('5/0')])).to.equal('7/7');
    expect(furthest('7/7', [at('7/0'), at('9/9'), at('8/8')])).to.equal('9/9');
    expect(furthest(START, [])).to.equal(START);
  });

  it('gives an event of a type that only a newer release knows as it is: whoever opens it says so', () => {
    const event = { streamId: 'alpha-1', id: 'x', revision: 0n, type: 'Foreign', created: new Date(0), data: {} };
    expect(toRecorded(event)).to.include({ id: 'x', type: 'Foreign', stream: 'alpha-1', revision: 0n });
  });

  it('waits for a silent server no longer than until it is aborted', async () => {
    const stop = new AbortController();
    const waiting = unlessAborted(new Promise<string>(() => undefined), stop.signal);
    stop.abort();
    expect(await waiting).to.equal(undefined);
    expect(await unlessAborted(Promise.resolve('head'), new AbortController().signal)).to.equal('head');
  });
});
