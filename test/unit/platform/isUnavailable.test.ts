// Which errors say that the database is away.
import { expect } from 'chai';
import { cannotNow, isUnavailable } from '../../../src/platform/postgres.ts';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

describe('isUnavailable', () => {
  for (const code of [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    '57P01',
    '57P02',
    '57P03',
    '53300',
    '08006',
  ]) {
    it(`is true for ${code}`, () => {
      expect(isUnavailable(withCode(code))).to.equal(true);
    });
  }

  for (const code of ['23505', '40001', '42P01', '57014', '28P01']) {
    it(`is false for ${code}, which the server answered`, () => {
      expect(isUnavailable(withCode(code))).to.equal(false);
    });
  }

  it('looks into the tries of a host with several addresses', () => {
    expect(isUnavailable(new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]))).to.equal(true);
  });

  it('knows what pg itself says without a code', () => {
    expect(isUnavailable(new Error('Connection terminated unexpectedly'))).to.equal(true);
    expect(isUnavailable(new Error('timeout exceeded when trying to connect'))).to.equal(true);
    expect(isUnavailable(new Error('Query read timeout'))).to.equal(true);
  });

  it('is false for what is no error', () => {
    expect(isUnavailable('ECONNREFUSED')).to.equal(false);
    expect(isUnavailable(undefined)).to.equal(false);
  });
});

describe('cannotNow', () => {
  for (const code of ['ECONNREFUSED', '57014', '40P01', '40001', '53100', '53200', '55P03', '58030']) {
    it(`is true for ${code}: the same statement may work a little later`, () => {
      expect(cannotNow(withCode(code))).to.equal(true);
    });
  }

  for (const code of ['23505', '22003', '42P01', '28P01']) {
    it(`is false for ${code}: it will be refused again`, () => {
      expect(cannotNow(withCode(code))).to.equal(false);
    });
  }
});
