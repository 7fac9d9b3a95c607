import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readCredentials, toPosition, toServerPosition } from '../../../src/eventstore/eventstoredbForms.ts';
import { openEventStore } from '../../../src/eventstore/open.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../support/logger.ts';

const open = async (url: string | undefined) => {
  const databaseUrl = 'postgres://x@127.0.0.1:1/x';
  const store = openEventStore({ url, databaseUrl, applicationName: 'test', clock: systemClock, logger: silentLogger });
  await store.close();
  return store;
};

describe('choosing the event log by its address', () => {
  it('opens each of the schemes that are allowed, and the own database without one', async () => {
    for (const url of [undefined, 'postgres://a@127.0.0.1:1/b', 'esdb://127.0.0.1:1?tls=false'])
      expect(await open(url)).to.have.property('append');
  });

  it('names what was found and what is allowed when the scheme is another', async () => {
    let message = '';
    try {
      await open('mysql://x');
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message).to.include('"mysql"').and.to.include('esdb');
  });

  it('takes credentials from the address, any without TLS, and refuses TLS without them', () => {
    expect(readCredentials('esdb://me:p%40ss@a:1,b:2')).to.deep.equal({ username: 'me', password: 'p@ss' });
    expect(readCredentials('esdb://a:2113?tls=false').username).to.be.a('string');
    expect(() => readCredentials('esdb+discover://a:2113')).to.throw('without credentials');
  });

  it('gives positions back as they came', () => {
    const position = { commit: 12_345_678_901_234_567_890n, prepare: 7n };
    expect(toServerPosition(toPosition(position))).to.deep.equal(position);
  });
});
