// What reaches the log, and what must not.
import { expect } from 'chai';
import { stub } from 'sinon';
import { type LogFields, createLogger } from '../../../src/platform/logger.ts';

/** What is written to stderr while `work` runs. */
function written(work: () => void): string {
  const lines: string[] = [];
  const write = stub(process.stderr, 'write').callsFake((text) => {
    lines.push(String(text));
    return true;
  });
  try {
    work();
  } finally {
    write.restore();
  }
  return lines.join('');
}

const logged = (fields: LogFields): Record<string, unknown> =>
  JSON.parse(written(() => createLogger({ level: 'info', json: true, process: 'web' }).info('said', fields))) as Record<
    string,
    unknown
  >;

describe('createLogger', () => {
  it('writes one JSON line with level, message, process and fields', () => {
    const line = logged({ requestId: 'r1', count: 3n });
    expect(line).to.include({ level: 'info', message: 'said', process: 'web', requestId: 'r1', count: '3' });
    expect(line['timestamp']).to.match(/^\d{4}-\d\d-\d\dT/);
  });

  it('writes one readable line outside production, whatever the fields hold', () => {
    const circle: Record<string, unknown> = { amount: [1n] };
    circle['self'] = circle;
    const text = written(() => {
      createLogger({ level: 'info', json: false, process: 'web' }).warn('careful', { circle });
    });
    expect(text.trimEnd().split('\n')).to.have.length(1);
    expect(text).to.match(/ warn \[web\] careful \{"circle":\{"amount":\["1"\]/);
  });

  it('leaves out what is below the level', () => {
    const text = written(() => {
      const logger = createLogger({ level: 'warn', json: true, process: 'web' });
      logger.debug('no');
      logger.info('no');
      logger.error('yes');
    });
    expect(text.match(/"message":"\w+"/g)).to.deep.equal(['"message":"yes"']);
  });

  it('blanks secret-like fields at any depth, in arrays and in errors', () => {
    const text = JSON.stringify(
      logged({
        authorization: 'Bearer s3cret',
        headers: { 'x-api-key': 's3cret', Cookie: 's3cret' },
        keys: [{ apiKey: 's3cret' }],
        error: new Error('outer', { cause: { password: 's3cret' } }),
      }),
    );
    expect(text).not.to.contain('s3cret');
    expect(text.match(/\[redacted\]/g)).to.have.length(5);
  });

  it('keeps counts of tokens, which are no secret', () => {
    expect(logged({ tokens: 12, inputTokens: 7 })).to.include({ tokens: 12, inputTokens: 7 });
  });

  it('blanks the password of a URL inside a text', () => {
    const { error } = logged({ error: new Error('cannot reach postgres://omni:s3cret@127.0.0.1:5432/omni') });
    expect(JSON.stringify(error)).not.to.contain('s3cret');
    expect(error).to.have.property('message', 'cannot reach postgres://omni:[redacted]@127.0.0.1:5432/omni');
  });

  it('writes an error with code, stack and causes', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const { error } = logged({ error: new Error('no database', { cause }) });
    expect(error).to.have.nested.property('message', 'no database');
    expect(error).to.have.nested.property('cause.code', 'ECONNREFUSED');
    expect(error).to.have.property('stack').that.contains('logger.test');
  });

  it('never lets a field take the place of level or message', () => {
    expect(logged({ level: 'nonsense', message: 'other' })).to.include({ level: 'info', message: 'said' });
  });

  it('adds the fields of its parents to every line of a child', () => {
    const text = written(() => {
      createLogger({ level: 'info', json: true, process: 'web' })
        .child({ requestId: 'r1' })
        .child({ attempt: 2 })
        .info('tried', { token: 's3cret' });
    });
    expect(JSON.parse(text)).to.include({ requestId: 'r1', attempt: 2, token: '[redacted]' });
  });
});
