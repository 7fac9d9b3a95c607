// Figures and times in words: units on all of them, a dash for what is not known.
import { expect } from 'chai';
import {
  formatPricePerMillion,
  formatShare,
  formatShortCount,
  formatTokens,
  formatUsd,
  formatUsdTick,
  toneOf,
} from '../../../src/dashboard/format/figures.ts';
import { readSpan, toInstants } from '../../../src/dashboard/format/span.ts';
import { formatDuration, formatTime } from '../../../src/dashboard/format/times.ts';

const NOW = Date.UTC(2026, 10, 25, 12, 0, 30);

describe('the figures of the page', () => {
  for (const [usd, text] of [
    [null, '–'],
    ['0', '$0'],
    ['1234.5', '$1,234.50'],
    ['0.0645', '$0.0645'],
    ['0.000210', '$0.000210'],
    ['0.0000000123', '$0.000000012'],
    ['-0.02', '−$0.0200'],
  ] as const) {
    it(`writes ${usd ?? 'an unknown amount'} as ${text}`, () => expect(formatUsd(usd)).to.equal(text));
  }

  it('tells prices a million tokens, without the noise of floats', () => {
    expect(formatPricePerMillion('0.00000075')).to.equal('$0.75');
    expect(formatPricePerMillion('0.000000075')).to.equal('$0.075');
    expect(formatPricePerMillion(undefined)).to.equal('–');
  });

  it('has a unit on shares, tokens and durations', () => {
    expect(formatShare(0.0333)).to.equal('3.3 %');
    expect(formatShare(Number.NaN)).to.equal('–');
    expect(formatTokens(12_345)).to.equal('12.3K tok');
    expect(formatShortCount(9_314)).to.equal('9,314');
    expect([0.4, 3, 812, 1_240, 45_000, 200_000, null].map(formatDuration)).to.deep.equal([
      '400 µs',
      '3.0 ms',
      '812 ms',
      '1.24 s',
      '45.0 s',
      '3 min 20 s',
      '–',
    ]);
  });

  it('has one minus, before the sign of the currency', () => {
    expect([formatUsdTick(-1.5), formatUsdTick(0.25), formatShare(-0.5)]).to.deep.equal(['−$1.5', '$0.25', '−50.0 %']);
  });

  it('says by colour what is known to be a gain or a loss only', () => {
    expect(['-0.5', '0', null, undefined, 2].map(toneOf)).to.deep.equal([
      'negative',
      undefined,
      undefined,
      undefined,
      'positive',
    ]);
  });

  it('tells times in the zone that it is asked for', () => {
    expect(formatTime('2026-11-25T23:30:00Z', 'Europe/Berlin')).to.equal('26 Nov 2026, 00:30:00');
  });
});

describe('the span in the address', () => {
  it('keeps what is a span, and nothing else', () => {
    expect(readSpan({ range: '30d', from: 'yesterday', to: 7, other: 1 })).to.deep.equal({ range: '30d' });
    expect(readSpan({ range: 'ever', from: '2026-11-01' })).to.deep.equal({ from: '2026-11-01' });
  });

  it('moves with the clock by whole minutes', () => {
    expect(toInstants({ range: '24h' }, NOW)).to.deep.equal({
      from: '2026-11-24T12:01:00.000Z',
      to: '2026-11-25T12:01:00.000Z',
    });
    expect(toInstants({ range: '24h' }, NOW + 20_000)).to.deep.equal(toInstants({ range: '24h' }, NOW));
  });

  it('takes instants as they are, and a day as a whole', () => {
    const exact = { from: '2026-11-20T05:00:00.000Z', to: '2026-11-20T06:00:00.000Z' };
    expect(toInstants(exact, NOW)).to.deep.equal(exact);
    const { from, to } = toInstants({ from: '2026-11-20', to: '2026-11-20' }, NOW);
    expect(Date.parse(to) - Date.parse(from)).to.equal(86_400_000);
  });
});
