// What is sent to a feed as its key is nobody else's: a feed that repeats it is not quoted with it, and a redirect does not carry it away.
import { expect } from 'chai';
import { after, before } from 'mocha';
import { fetchFeed } from '../../../workers/sources/fetchFeed.ts';
import { type FeedAnswer, type FeedServer, openFeedServer } from '../../support/feedServer.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';

const KEY = 'SECRET-KEY/1+"2"';

const to = (location: string): FeedAnswer => ({ status: 302, headers: { location }, body: '' });

describe('a feed that is asked with a key', () => {
  let feeds: FeedServer;
  let elsewhere: FeedServer;
  before(async () => {
    [feeds, elsewhere] = [await openFeedServer(), await openFeedServer()];
  });
  after(async () => {
    await feeds.close();
    await elsewhere.close();
  });
  const ask = (answer: FeedAnswer, headers: Record<string, string> = { 'x-api-key': KEY }) => {
    feeds.answers.set('/feed', answer);
    return fetchFeed({
      source: 'a feed',
      url: `${feeds.url}/feed`,
      headers,
      signal: new AbortController().signal,
      timeoutMs: 2_000,
      now: 0,
    });
  };

  it('is not quoted with it, however it writes it', async () => {
    for (const status of [401, 403, 410, 429, 500]) {
      const error = await rejectionOf(ask({ status, body: { error: `Incorrect API key: ${KEY}` } }));
      expect(error.message).to.include(`answered ${status}: {"error":"Incorrect API key: [redacted]"}`);
      const inUrl = await rejectionOf(ask({ status, body: `see /?key=${encodeURIComponent(KEY)}` }));
      expect(inUrl.message).to.include('see /?key=[redacted]');
      const bearer = await rejectionOf(ask({ status, body: `no ${KEY}` }, { authorization: `Bearer ${KEY}` }));
      expect(bearer.message).to.include('no [redacted]');
      // Cut off in the middle of the key.
      const late = await rejectionOf(ask({ status, body: `${'x'.repeat(195)}${KEY}` }));
      expect(late.message).to.not.include(KEY.slice(0, 4));
    }
  });

  it('is not kept with it either', async () => {
    expect(JSON.parse((await ask({ body: { you: KEY, data: [1] } })).toString())).to.deep.equal({
      you: '[redacted]',
      data: [1],
    });
  });

  it('sends it nowhere else, and on within itself', async () => {
    elsewhere.answers.set('/', { body: { data: 1 } });
    const error = await rejectionOf(ask(to(`${elsewhere.url}/`)));
    expect(error.message).to.match(/a feed: sends us to 127\.0\.0\.1:\d+, which must not get its key/);
    expect(elsewhere.asked).to.deep.equal([]);
    feeds.answers.set('/moved', { body: { data: 2 } });
    expect((await ask(to('/moved'))).toString()).to.equal('{"data":2}');
    expect(feeds.asked.at(-1)?.headers['x-api-key']).to.equal(KEY);
    expect((await rejectionOf(ask(to('/feed')))).message).to.include('sends us on more than 5 times');
  });

  it('may send whoever has none anywhere', async () => {
    expect((await ask(to(`${elsewhere.url}/`), {})).toString()).to.equal('{"data":1}');
  });

  it('is not quoted with what stands in its address', async () => {
    const error = await rejectionOf(
      fetchFeed({
        source: 'a feed',
        url: `${feeds.url.replace('//', '//someone:SECRET-PASSWORD@')}/feed`,
        signal: new AbortController().signal,
        timeoutMs: 2_000,
        now: 0,
      }),
    );
    expect(error.message).to.not.include('SECRET-PASSWORD');
  });
});
