// How the web page is served: the same document for its own addresses, its files for ever, and a policy that lets nothing else in.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { expect } from 'chai';
import { PAGE_ADDRESSES } from '../../../src/api/page.ts';
import { useRouter } from '../../support/router.ts';

const SCRIPT = 'console.log("a page")';

describe('the web page over HTTP', () => {
  const pageFolder = mkdtempSync(join(tmpdir(), 'omni-page-'));
  const router = useRouter(() => {
    mkdirSync(join(pageFolder, 'assets'));
    writeFileSync(join(pageFolder, 'index.html'), '<meta content="__CSP_NONCE__">');
    writeFileSync(join(pageFolder, 'assets', 'index-abc.js'), SCRIPT);
    writeFileSync(join(pageFolder, 'assets', 'index-abc.js.br'), brotliCompressSync(SCRIPT));
    writeFileSync(join(pageFolder, 'secret.js'), 'not an asset');
    return { pageFolder };
  });
  after(() => rmSync(pageFolder, { recursive: true, force: true }));
  const get = async (path: string, headers: Record<string, string> = {}) =>
    await fetch(`${router().url}${path}`, { headers });

  it('is one document at every address of its own, without a key', async () => {
    for (const path of ['/', ...PAGE_ADDRESSES.map((address) => `/${address}`), '/models/openai/gpt-5.4-mini']) {
      const response = await get(path);
      expect([path, response.status, response.headers.get('content-type')]).to.deep.equal([
        path,
        200,
        'text/html; charset=utf-8',
      ]);
      expect(response.headers.get('cache-control')).to.equal('no-store');
    }
  });

  it('lets nothing in but files of this host, and styles that carry this document’s nonce', async () => {
    const [one, other] = [await get('/'), await get('/')];
    const policy = one.headers.get('content-security-policy') ?? '';
    expect(policy).to.include("default-src 'none'").and.include("script-src 'self';");
    expect(policy).to.not.match(/unsafe|https?:|\*/);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
    expect(await one.text()).to.equal(`<meta content="${nonce}">`);
    expect(other.headers.get('content-security-policy')).to.not.include(nonce);
  });

  it('has its files for ever, packed for those who take them packed', async () => {
    const packed = await get('/assets/index-abc.js', { 'accept-encoding': 'gzip, br' });
    expect(packed.headers.get('content-encoding')).to.equal('br');
    expect(await packed.text()).to.equal(SCRIPT);
    const plain = await get('/assets/index-abc.js', { 'accept-encoding': 'identity' });
    expect([plain.headers.get('content-encoding'), await plain.text()]).to.deep.equal([null, SCRIPT]);
    expect(plain.headers.get('content-type')).to.equal('text/javascript; charset=utf-8');
    expect(plain.headers.get('cache-control')).to.include('immutable');
  });

  it('gives out no file beside them', async () => {
    for (const path of ['/assets/none.js', '/assets/..%2Fsecret.js', '/assets/index-abc.js.br', '/assets/index.html'])
      expect([path, (await get(path)).status]).to.deep.equal([path, 401]);
  });

  it('leaves every other address to the API, which answers in JSON', async () => {
    for (const path of ['/nothing', '/modelsx', '/v1/models']) {
      const response = await get(path);
      expect([path, response.status]).to.deep.equal([path, 401]);
      expect(response.headers.get('content-type')).to.include('application/json');
    }
  });
});

describe('the web page before it is built', () => {
  const router = useRouter(() => ({ pageFolder: join(tmpdir(), 'omni-no-such-page') }));

  it('says how to build it', async () => {
    const { status, body } = await router().send('/', { key: null });
    expect(status).to.equal(404);
    expect(body['error']?.['message']).to.include('npm run build');
  });
});
