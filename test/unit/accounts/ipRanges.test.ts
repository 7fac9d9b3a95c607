// Which addresses are in which networks, and what is no network at all.
import { expect } from 'chai';
import { isIpRange, isWithinRanges } from '../../../src/accounts/ipRanges.ts';

describe('address ranges of a key', () => {
  it('take addresses and networks of both families, and nothing else', () => {
    for (const range of ['192.0.2.7', '192.0.2.0/24', '0.0.0.0/0', '::1', '2001:db8::/32', '::/0'])
      expect(isIpRange(range), range).to.equal(true);
    for (const range of [
      '',
      '10',
      '10.1',
      '0x7f.1',
      '192.0.2.0/33',
      '192.0.2.0/',
      '2001:db8::/129',
      'host',
      '1.2.3.4/8/8',
    ])
      expect(isIpRange(range), range).to.equal(false);
  });

  it('hold what lies within, IPv4 in IPv6 clothes included', () => {
    const ranges = ['192.0.2.0/24', '2001:db8::/32', '198.51.100.9'];
    for (const address of ['192.0.2.0', '192.0.2.255', '::ffff:192.0.2.9', '2001:db8:1::5', '198.51.100.9'])
      expect(isWithinRanges(address, ranges), address).to.equal(true);
    for (const address of ['192.0.3.0', '198.51.100.8', '2001:db9::1', '::1', '', undefined, 'nonsense'])
      expect(isWithinRanges(address, ranges), address).to.equal(false);
  });

  it('are everywhere when there are none', () => {
    expect(isWithinRanges('203.0.113.5', null)).to.equal(true);
    expect(isWithinRanges(undefined, null)).to.equal(true);
    expect(isWithinRanges('203.0.113.5', [])).to.equal(false);
  });
});
