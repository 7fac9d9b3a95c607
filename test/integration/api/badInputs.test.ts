// Generated bad inputs on every route: no 5xx, no answer that is no JSON, no hang, no crash. `npm run soak -- inputs` sends ten times as many.
import { connect } from 'node:net';
import { expect } from 'chai';
import { ERROR_CATALOGUE } from '../../../src/domain/errors.ts';
import { sendBadInputs } from '../../support/badInputs.ts';
import { useRouter } from '../../support/router.ts';

const COUNT = 2_000;

describe('bad inputs', function () {
  this.timeout(180_000);
  const router = useRouter();

  it(`on every route, ${COUNT} of them, are all told what is wrong`, async () => {
    const { key } = await router().createKey(['chat', 'read', 'admin'], 'careless');
    const seed = Date.now() % 2_147_483_647;
    const run = await sendBadInputs(router(), key, COUNT, seed);
    expect(run.problems, JSON.stringify(run.byStatus)).to.deep.equal([]);
    // They do reach the routes: not all of them fail at the door.
    expect(run.byStatus[400] ?? 0).to.be.greaterThan(COUNT / 10);
    expect(run.byStatus[200] ?? 0).to.be.greaterThan(20);
  });

  it('that are no HTTP, or too large a head, are answered in JSON', async () => {
    const { hostname, port } = new URL(router().url);
    const say = (line: string) =>
      new Promise<string>((resolve) => {
        let text = '';
        const socket = connect(Number(port), hostname, () => socket.write(line));
        socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
        socket.on('close', () => resolve(text));
      });
    const told = async (line: string) => {
      const [head = '', body = ''] = (await say(line)).split('\r\n\r\n');
      const { error, request_id: requestId } = JSON.parse(body) as { error: object; request_id: unknown };
      expect(requestId).to.match(/^[\da-f-]{36}$/);
      expect(head).to.include(`\r\nx-request-id: ${String(requestId)}\r\n`);
      expect(error).to.have.all.keys('message', 'type', 'param', 'code');
      return [Number(head.split(' ')[1]), Reflect.get(error, 'code')];
    };
    expect(await told('NONSENSE\r\n\r\n')).to.deep.equal([400, 'validation_error']);
    expect(await told(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`)).to.deep.equal([
      ERROR_CATALOGUE.headers_too_large.status,
      'headers_too_large',
    ]);
  });
});
