// Images by a caller's word: what is fetched, and everything that must not be reached by it.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { expect } from 'chai';
import { after, before, beforeEach } from 'mocha';
import { listen } from '../../../src/platform/listen.ts';
import { type ImageFetcherOptions, openImageFetcher } from '../../../src/providers/fetchImage.ts';
import { inlineImages } from '../../../src/providers/inlineImages.ts';
import { ProviderError } from '../../../src/providers/provider.ts';
import { mayBeCalled, toNetwork } from '../../../src/providers/publicAddress.ts';
import { failureOf } from '../../support/failureOf.ts';
import { rejectionOf } from '../../support/rejectionOf.ts';

type Resolve = NonNullable<ImageFetcherOptions['resolve']>;
const never = new AbortController().signal;
const LOOPBACK = ['127.0.0.0/8'];

const fetchWith = async (options: ImageFetcherOptions, target: string) => {
  const images = openImageFetcher(options);
  try {
    return await images.fetchImage(target, never);
  } finally {
    await images.close();
  }
};

const refusal = async (options: ImageFetcherOptions, target: string): Promise<string> => {
  const error = await rejectionOf(fetchWith(options, target));
  if (!(error instanceof ProviderError)) throw error;
  expect(error.failure.kind).to.equal('bad-request');
  return error.failure.message;
};

describe('addresses that may be called', () => {
  it('are public ones and nothing else', () => {
    for (const address of ['8.8.8.8', '93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])
      expect(mayBeCalled(address, []), address).to.equal(true);
    for (const address of [
      '127.0.0.1',
      '127.255.255.254',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:169.254.169.254',
      'fe80::1',
      'fc00::1',
      'fd00:ec2::254',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001::1',
      '::7f00:1',
      '4000::1',
      '168.63.129.16',
      'ff02::1',
      'nonsense',
      '',
    ])
      expect(mayBeCalled(address, []), address).to.equal(false);
    expect(mayBeCalled(undefined, [])).to.equal(false);
  });

  it('are also those that the configuration allows', () => {
    const allowed = ['10.0.0.0/8', '::1'].map(toNetwork);
    expect(mayBeCalled('10.9.8.7', allowed)).to.equal(true);
    expect(mayBeCalled('::ffff:10.9.8.7', allowed)).to.equal(true);
    expect(mayBeCalled('::1', allowed)).to.equal(true);
    expect(mayBeCalled('192.168.0.1', allowed)).to.equal(false);
  });
});

describe('fetching an image by a caller’s word', () => {
  let handle: (request: IncomingMessage, response: ServerResponse) => void;
  let hits = 0;
  const server = createServer((request, response) => {
    hits += 1;
    handle(request, response);
  });
  let url = '';
  let port = '';
  before(async () => {
    url = await listen(server, '127.0.0.1', 0);
    ({ port } = new URL(url));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    hits = 0;
    handle = (_request, response) => response.writeHead(200, { 'content-type': 'image/png; charset=x' }).end('bytes');
  });

  it('gives its bytes and its type', async () => {
    const image = await fetchWith({ allowed: LOOPBACK }, `${url}/a.png`);
    expect([image.mimeType, image.bytes.toString()]).to.deep.equal(['image/png', 'bytes']);
  });

  it('does not reach private addresses, in whatever form they are written', async () => {
    for (const host of [
      '127.0.0.1',
      'localhost',
      '127.1',
      '2130706433',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '0.0.0.0',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ])
      expect(await refusal({}, `http://${host}:${port}/`), host).to.include('cannot be reached, or may not be');
    expect(hits).to.equal(0);
  });

  it('does not follow a name to a private address, nor one that has a public one beside it', async () => {
    for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::1'], ['169.254.169.254']]) {
      const resolve: Resolve = (_host, done) =>
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      expect(await refusal({ resolve }, `http://images.example:${port}/`)).to.include('may not be');
    }
    expect(hits).to.equal(0);
  });

  it('connects to the address that was checked, whatever the name says a moment later', async () => {
    let asked = 0;
    const resolve: Resolve = (_host, done) =>
      done(null, [{ address: (asked += 1) === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }]);
    await fetchWith({ allowed: LOOPBACK, resolve }, `http://images.example:${port}/`);
    expect(asked).to.equal(1);
    const turned: Resolve = (_host, done) =>
      done(null, [{ address: (asked += 1) === 2 ? '10.0.0.1' : '127.0.0.1', family: 4 }]);
    await refusal({ resolve: turned }, `http://images.example:${port}/`);
    expect(hits).to.equal(1);
  });

  it('checks every redirect anew, and follows only a few', async () => {
    handle = (request, response) => {
      const to = request.url === '/in' ? 'http://169.254.169.254/latest/meta-data' : 'http://127.0.0.2/';
      response.writeHead(302, { location: to }).end();
    };
    expect(await refusal({ allowed: ['127.0.0.1'] }, `${url}/in`)).to.include('may not be');
    expect(await refusal({ allowed: ['127.0.0.1'] }, `${url}/out`)).to.include('may not be');
    handle = (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    expect(await refusal({ allowed: LOOPBACK }, url)).to.include('not one of http or https');
    hits = 0;
    handle = (_request, response) => response.writeHead(302, { location: '/again' }).end();
    expect(await refusal({ allowed: LOOPBACK }, url)).to.include('redirects too often');
    expect(hits).to.equal(4);
  });

  it('takes only images, of a bounded size, over http', async () => {
    handle = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<secret>');
    expect(await refusal({ allowed: LOOPBACK }, url))
      .to.include('not an image')
      .and.not.include('secret');
    handle = (_request, response) => response.writeHead(404).end();
    expect(await refusal({ allowed: LOOPBACK }, url)).to.include('404');
    handle = (_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(21 * 1024 * 1024));
    };
    expect(await refusal({ allowed: LOOPBACK }, url)).to.include('over 20 MB');
    for (const odd of [
      'ftp://a.example/b.png',
      'file:///etc/passwd',
      'gopher://x',
      'http://user:secret@a.example/',
      'nonsense',
      '',
    ])
      expect(await refusal({ allowed: LOOPBACK }, odd), odd).to.match(/not one of http|must not hold a user/);
  });

  it('puts the bytes in the place of the address, and leaves the rest of the chat alone', async () => {
    const images = openImageFetcher({ allowed: LOOPBACK });
    const part = { type: 'image_url', image_url: { url: `${url}/a.png`, detail: 'low' } };
    const text = { type: 'text', text: 'What is it?' };
    const chat = {
      messages: [
        { role: 'user' as const, content: [text, part, part] },
        { role: 'user' as const, content: 'And?' },
      ],
    };
    const inlined = await inlineImages(chat, images, { signal: never });
    const inline = { ...part, image_url: { url: `data:image/png;base64,${btoa('bytes')}`, detail: 'low' } };
    expect(inlined).to.deep.equal({ messages: [{ role: 'user', content: [text, inline, inline] }, chat.messages[1]] });
    expect(hits).to.equal(1);
    await images.close();
  });

  it('says which part is at fault, as the caller wrote it, or that the caller is gone', async () => {
    const images = openImageFetcher({});
    const address = 'http://127.0.0.1:9/a.png';
    const part = { type: 'image_url', image_url: { url: address } };
    const chat = { messages: [{ role: 'user' as const, content: [{ type: 'text', text: address }, part] }] };
    const failed = await failureOf(inlineImages(chat, images, { signal: never }));
    expect(failed).to.include({ kind: 'bad-request', param: 'messages[0].content[1].image_url.url' });
    const image = { type: 'image', source: { type: 'url', url: address } };
    const result = { type: 'tool_result', tool_use_id: 't', content: [image] };
    const body = {
      messages: [
        { role: 'user', content: 'go' },
        { role: 'user', content: [result] },
      ],
    };
    const native = { format: 'anthropic' as const, body };
    expect((await failureOf(inlineImages(chat, images, { signal: never, native }))).param).to.equal(
      'messages[1].content[0].content[0].source.url',
    );
    const gone = await failureOf(inlineImages(chat, images, { signal: AbortSignal.abort() }));
    expect(gone.kind).to.equal('cancelled');
    const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
    expect((await failureOf(inlineImages(chat, images, { signal: late }))).kind).to.equal('timed-out');
    await images.close();
  });
});
