// Whatever became of a request: decided again it comes out the same, and so does every amount.
import { expect } from 'chai';
import { after, beforeEach } from 'mocha';
import { type FaultProvider, errorReply, openFaultProvider } from '../../support/faultProvider.ts';
import { useRouter, withoutBreakers } from '../../support/router.ts';
import { readStream } from '../../support/streamed.ts';
import { until } from '../../support/until.ts';
import { streamFrames, wordsOf } from '../../support/vendorReplies.ts';
import { toolsOf } from '../../support/verifyWorld.ts';
import { verifyAll } from '../../../projections/verify.ts';

const OPENAI = 'openai/gpt-5.4-mini';
const ANTHROPIC = 'anthropic/claude-sonnet-4-6';
const messages = [{ role: 'user', content: 'Count to ten.' }];
const { start, words: tokens, finish, done } = streamFrames('openai', wordsOf(10));

describe('the audit of requests that went wrong', function () {
  this.timeout(30_000);
  let fault: FaultProvider;
  const router = useRouter(async () => ({
    providers: (fault = await openFaultProvider()),
    policy: withoutBreakers,
    streamTimes: { quietMs: 700, stallMs: 1_500 },
  }));
  beforeEach(() => fault.reset());
  after(() => fault.close());

  const ended = async (requestId: string): Promise<string> => {
    await until(async () => (await router().eventsOf(requestId)).some(({ type }) => type === 'RequestCompleted'));
    return requestId;
  };
  const stream = async (): Promise<string> =>
    await ended((await readStream(router(), '/v1/chat/completions', { model: OPENAI, messages })).requestId);
  const whole = async (body: object): Promise<string> =>
    await ended(String((await router().send('/v1/chat', { body: { messages, ...body } })).headers.get('x-request-id')));

  const CASES: Readonly<Record<string, () => Promise<string>>> = {
    'a stream that ended well': async () => {
      fault.script('openai', { frames: [...start, ...tokens, ...finish, ...done] });
      return await stream();
    },
    'a stream that was cut in the middle': async () => {
      fault.script('openai', { frames: [...start, ...tokens.slice(0, 5)], cut: true });
      return await stream();
    },
    'a stream whose caller left': async () => {
      fault.script('openai', { frames: [...start, ...tokens.slice(0, 6)], stall: true });
      const caller = new AbortController();
      const response = await fetch(`${router().url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${router().key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: OPENAI, messages, stream: true }),
        signal: caller.signal,
      });
      await response.body?.getReader().read();
      caller.abort();
      return await ended(response.headers.get('x-request-id') ?? '');
    },
    'an answer by the next model': async () => {
      fault.script('openai', errorReply(500, 'broken'), errorReply(500, 'broken'), errorReply(500, 'broken'));
      return await whole({ models: [OPENAI, ANTHROPIC] });
    },
    'an answer by nobody': async () => {
      fault.script('openai', errorReply(400, 'no'), errorReply(400, 'no'));
      return await whole({ model: OPENAI });
    },
    'a request that no model could take': async () => await whole({ max_cost: 1e-9 }),
  };
  for (const [name, make] of Object.entries(CASES)) {
    it(`finds nothing in ${name}`, async () => {
      const id = await make();
      const { status, body } = await router().send(`/v1/requests/${id}/replay`);
      expect([status, body['differences'], body['money']]).to.deep.equal([200, [], { equal: true, differences: [] }]);
      expect((await router().send(`/v1/requests/${id}`)).status).to.equal(200);
    });
  }

  it('finds nothing in all of them together', async () => {
    const { log } = await verifyAll([], toolsOf(router(), new AbortController().signal));
    expect(log.decisions).to.deep.equal([]);
    expect(log.chains).to.deep.equal([]);
    expect(log.costs.checked).to.equal(Object.keys(CASES).length);
  });
});
