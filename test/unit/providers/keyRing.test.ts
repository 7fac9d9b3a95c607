// Several keys of one vendor behind one provider: which is used, which rests, and what a failure says of the others.
import { expect } from 'chai';
import type { FailureKind } from '../../../src/domain/events.ts';
import { rotateKeys } from '../../../src/providers/keyRing.ts';
import { type Answer, type Provider, ProviderError } from '../../../src/providers/provider.ts';
import { callOptions } from '../../support/callOptions.ts';
import { failureOf } from '../../support/failureOf.ts';

const CHAT = { messages: [{ role: 'user' as const, content: 'hi' }] };
type Fails = { kind: FailureKind; retryAfterMs?: number } | undefined;

function given(count: number) {
  let ms = 0;
  const used: number[] = [];
  const fails: Fails[] = Array.from({ length: count }, () => undefined);
  const call = (place: number): void => {
    used.push(place);
    const failure = fails[place];
    if (failure) throw new ProviderError({ message: 'no', ...failure });
  };
  const providers = Array.from({ length: count }, (_, place): Provider => ({
    name: 'openai',
    async complete() {
      call(place);
      return {} as Answer;
    },
    async *stream() {
      call(place);
      yield { kind: 'start', status: 200, providerRequestId: undefined, warnings: [] };
    },
  })) as [Provider, ...Provider[]];
  const ring = rotateKeys(providers, () => ms);
  return { ring, used, fails, pass: (more: number) => void (ms += more) };
}
const complete = ({ ring }: ReturnType<typeof given>) => ring.complete(CHAT, callOptions());

describe('several keys of one provider', () => {
  it('are the provider itself when there is one', () => {
    const only: Provider = { name: 'groq', complete: async () => ({}) as Answer, stream: async function* () {} };
    expect(rotateKeys([only], () => 0)).to.equal(only);
  });

  it('stay with the first while it works', async () => {
    const t = given(3);
    await complete(t);
    await complete(t);
    expect(t.used).to.deep.equal([0, 0]);
  });

  for (const kind of ['unauthorized', 'quota-exhausted', 'rate-limited'] as const) {
    it(`go on with the next after ${kind}, and say how many are left`, async () => {
      const t = given(3);
      t.fails[0] = { kind };
      t.fails[1] = { kind };
      expect((await failureOf(complete(t))).otherKeys).to.equal(2);
      expect((await failureOf(complete(t))).otherKeys).to.equal(1);
      await complete(t);
      await complete(t);
      expect(t.used).to.deep.equal([0, 1, 2, 2]);
    });
  }

  it('rest as long as the vendor says, and are used again then', async () => {
    const t = given(2);
    t.fails[0] = { kind: 'rate-limited', retryAfterMs: 3_000 };
    await failureOf(complete(t));
    t.fails[1] = { kind: 'rate-limited', retryAfterMs: 60_000 };
    expect((await failureOf(complete(t))).otherKeys).to.equal(0);
    t.pass(3_000);
    t.fails[0] = undefined;
    await complete(t);
    expect(t.used).to.deep.equal([0, 1, 0]);
  });

  it('are not changed by a failure that is not the key’s', async () => {
    const t = given(2);
    t.fails[0] = { kind: 'server-error' };
    expect((await failureOf(complete(t))).otherKeys).to.equal(undefined);
    await failureOf(complete(t));
    expect(t.used).to.deep.equal([0, 0]);
  });

  it('serve streams alike', async () => {
    const t = given(2);
    t.fails[0] = { kind: 'unauthorized' };
    const read = async (): Promise<void> => {
      for await (const chunk of t.ring.stream(CHAT, callOptions())) expect(chunk.kind).to.equal('start');
    };
    expect((await failureOf(read())).otherKeys).to.equal(1);
    await read();
    expect(t.used).to.deep.equal([0, 1]);
  });
});
