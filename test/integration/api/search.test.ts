// Looking for requests by what they are known by, of one's own org only.
import { expect } from 'chai';
import { textOf, useRouter } from '../../support/router.ts';
import { useReadModels } from '../../support/readModels.ts';

const messages = [{ role: 'user', content: 'What is the capital of France?' }];
const MODEL = 'openai/gpt-5.4-mini';
const OTHER = 'anthropic/claude-haiku-4-5';

describe('the search through requests over HTTP', function () {
  this.timeout(60_000);
  const router = useRouter();
  const readModels = useReadModels(router);
  const made: Record<'named' | 'other' | 'refused' | 'foreign', string> = {
    named: '',
    other: '',
    refused: '',
    foreign: '',
  };
  const ask = async (key: string, body: object): Promise<string> =>
    String((await router().send('/v1/chat', { key, body: { messages, ...body } })).headers.get('x-request-id'));
  const find = async (q: string, more = ''): Promise<string[]> => {
    const { status, body } = await router().send(`/v1/requests?q=${encodeURIComponent(q)}${more}`);
    expect(status, JSON.stringify(body)).to.equal(200);
    return [...(body['data'] ?? [])].map((one) => textOf(one['request_id']));
  };

  before(async () => {
    const { key } = router();
    const foreign = (await router().createKey(['chat', 'read'], 'others')).key;
    made.named = await ask(key, { model: MODEL });
    made.other = await ask(key, { model: OTHER });
    made.refused = await ask(key, { max_cost: 0.000_000_1 });
    made.foreign = await ask(foreign, { model: MODEL });
    const opinion = { label: 'Too long-winded', score: -0.5 };
    for (const [id, sender] of [
      [made.named, key],
      [made.foreign, foreign],
    ])
      await router().send(`/v1/requests/${id}/feedback`, { key: sender ?? null, body: opinion });
    await readModels.caughtUp();
  });

  it('goes by the beginning of an id, with or without its dashes', async () => {
    for (const id of [made.named, made.other]) {
      expect(await find(id)).to.deep.equal([id]);
      expect(await find(id.slice(0, 35))).to.include(id);
      expect(await find(id.replaceAll('-', '').toUpperCase())).to.deep.equal([id]);
    }
    expect(await find(made.named.slice(0, 8))).to.have.members([made.named, made.other, made.refused]);
  });

  it('goes by a part of a model id, of an error code, and of a label', async () => {
    expect(await find('5.4-MINI'))
      .to.include(made.named)
      .and.not.include(made.other);
    expect(await find('haiku'))
      .to.include(made.other)
      .and.not.include(made.named);
    expect(await find('no eligible')).to.deep.equal([made.refused]);
    expect(await find('long-wind')).to.deep.equal([made.named]);
  });

  it('finds nothing by what nothing is known by, wildcards included', async () => {
    for (const text of ['zzz', '%', '_%', "'", 'capital of France']) expect(await find(text), text).to.deep.equal([]);
  });

  it('goes with the other filters, and page by page', async () => {
    expect(await find('openai', '&outcome=failed')).to.deep.equal([]);
    expect(await find(made.named, '&to=2020-01-01')).to.deep.equal([]);
    const begin = made.named.slice(0, 8);
    const first = await router().send(`/v1/requests?q=${begin}&limit=2`);
    const rest = await find(begin, `&limit=2&cursor=${textOf(first.body['next_cursor'])}`);
    expect(rest).to.have.length(1);
  });

  it('finds nothing of another org, by any of it', async () => {
    for (const text of [made.foreign, made.foreign.slice(0, 13), 'openai', 'long-winded'])
      expect(await find(text), text).to.not.include(made.foreign);
  });

  it('refuses a text that is empty or endless', async () => {
    for (const text of ['', '%20', 'x'.repeat(201)])
      expect((await router().send(`/v1/requests?q=${text}`)).status).to.equal(400);
  });
});
