// What is sealed opens with its own secret only, and only as it was.
import { expect } from 'chai';
import { seal, unseal } from '../../../src/accounts/sealing.ts';

const secret = Buffer.alloc(32, 7);
const nonce = Buffer.alloc(12, 1);

describe('a sealed text', () => {
  it('opens with its secret', () => {
    expect(unseal(seal('omr_a€', secret, nonce), secret)).to.equal('omr_a€');
  });

  it('does not show what is in it', () => {
    expect(seal('omr_abcdefgh', secret, nonce).toString('latin1')).to.not.include('omr_');
  });

  it('stays shut for another secret, and for every changed byte', () => {
    const sealed = seal('omr_abc', secret, nonce);
    expect(unseal(sealed, Buffer.alloc(32, 8))).to.equal(undefined);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(unseal(changed, secret), `byte ${at}`).to.equal(undefined);
    }
  });

  it('is no text at all when it is too short', () => {
    expect(unseal(Buffer.alloc(0), secret)).to.equal(undefined);
    expect(unseal(Buffer.alloc(27), secret)).to.equal(undefined);
  });
});
