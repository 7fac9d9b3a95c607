// Errors as callers see them: one shape, the right headers, and words that say what to change.
import { expect } from 'chai';
import { z } from 'zod';
import { errorBody, errorHeaders, parseInput } from '../../../src/api/problem.ts';
import { ERROR_CATALOGUE, type ErrorCode, RouterError } from '../../../src/domain/errors.ts';

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

const Input = z.object({
  priority: z.enum(['cheap', 'best']),
  count: z.int().min(1).max(5).optional(),
  messages: z.array(z.object({ role: z.string() })).min(1, 'at least one message'),
  whole: z.literal(false, 'this version answers whole').optional(),
});
const GOOD = { priority: 'cheap', messages: [{ role: 'user' }] };

const header = (shouldRetry?: boolean) =>
  errorHeaders(new RouterError('provider_error', 'No.', shouldRetry === undefined ? {} : { shouldRetry }));

function refused(input: unknown): RouterError {
  try {
    parseInput(Input, input);
  } catch (error) {
    if (error instanceof RouterError) return error;
    throw error;
  }
  throw new Error('the input was taken');
}

describe('the body of an error', () => {
  for (const code of CODES) {
    it(`says code and type of ${code}, and null for a field that nobody named`, () => {
      expect(errorBody(new RouterError(code, 'Change this.'), 'r1')).to.deep.equal({
        error: { message: 'Change this.', type: ERROR_CATALOGUE[code].type, param: null, code },
        request_id: 'r1',
      });
    });
  }

  it('names the field and gives the details', () => {
    const error = new RouterError('validation_error', 'No.', { param: 'messages[0].role', details: { most: 5 } });
    expect(errorBody(error, 'r1')).to.deep.nested.include({
      'error.param': 'messages[0].role',
      'error.details': { most: 5 },
    });
  });

  it('holds nothing of its cause', () => {
    const error = new RouterError('internal_error', 'Something broke.', {}, { cause: new Error('password=hush') });
    expect(JSON.stringify(errorBody(error, 'r1'))).not.to.match(/hush|stack|cause/);
  });
});

describe('the headers of an error', () => {
  it('say when to come back, in whole seconds and at least one', () => {
    const wait = [0, 0.2, 1, 1.2, 30].map(
      (retryAfterSec) =>
        errorHeaders(new RouterError('rate_limit_exceeded', 'Wait.', { retryAfterSec }))['retry-after'],
    );
    expect(wait).to.deep.equal(['1', '1', '1', '2', '30']);
  });

  it('always say so for a 503, and for nothing else that does not ask for it', () => {
    const waiting = CODES.filter((code) => 'retry-after' in errorHeaders(new RouterError(code, 'No.')));
    expect(waiting).to.have.members(CODES.filter((code) => ERROR_CATALOGUE[code].status === 503));
    expect(waiting).not.to.have.length(0);
  });

  it('say whether a retry can help only when that is known', () => {
    expect(header(true)).to.deep.equal({ 'x-should-retry': 'true' });
    expect(header(false)).to.deep.equal({ 'x-should-retry': 'false' });
    expect(header()).to.deep.equal({});
  });
});

describe('an input that is checked', () => {
  it('comes back as it is when it fits', () => {
    expect(parseInput(Input, GOOD)).to.deep.equal(GOOD);
  });

  it('is refused with the field and the allowed values', () => {
    const error = refused({ ...GOOD, priority: 'worst' });
    expect(error.code).to.equal('validation_error');
    expect(error.message).to.equal('priority: must be "cheap" or "best"');
    expect(error.details).to.deep.equal({ shouldRetry: false, param: 'priority' });
  });

  it('is refused with the path of a field inside a list', () => {
    const error = refused({ ...GOOD, messages: [{ role: 'user' }, { role: 5 }] });
    expect(error.details.param).to.equal('messages[1].role');
    expect(error.message).to.equal('messages[1].role: expected string, received number');
  });

  it('is refused in our own words where we have some', () => {
    expect(refused({ ...GOOD, messages: [] }).message).to.equal('messages: at least one message');
    expect(refused({ ...GOOD, whole: true }).message).to.equal('whole: must be false: this version answers whole');
  });

  it('is refused with all problems at once, the first of them as the field', () => {
    const error = refused({ count: 9, messages: [] });
    expect(error.details.param).to.equal('priority');
    expect(error.message.split('; ')).to.have.length(3);
    expect(error.details.details?.problems).to.deep.include({ param: 'messages', problem: 'at least one message' });
  });

  it('is called the body when it is no object at all', () => {
    for (const input of [undefined, null, 'text', []]) {
      const error = refused(input);
      expect(error.message).to.match(/^the body: expected object/);
      expect(error.details).not.to.have.property('param');
    }
  });

  it('gives a message of a bounded length, whatever was sent', () => {
    const messages = Array.from({ length: 500 }, () => ({ role: 5 }));
    expect(refused({ ...GOOD, messages }).message.length).to.be.at.most(1000);
  });
});
