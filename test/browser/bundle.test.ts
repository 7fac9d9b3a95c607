// What a browser has to load: small, whole, and from this host alone.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { buildPage } from '../../src/cli/buildWhenStale.ts';

const FOLDER = 'dist/dashboard';
const MOST_BYTES = 350_000;
/** What the first look at a page without a chart needs. */
const MOST_FIRST_BYTES = 220_000;

const files = () => readdirSync(join(FOLDER, 'assets')).filter((file) => /\.(js|css)$/.test(file));
const sizeOf = (file: string): number => gzipSync(readFileSync(join(FOLDER, 'assets', file))).length;

describe('the bundle of the web page', () => {
  before(function () {
    this.timeout(60_000);
    expect(buildPage(resolve('.')), 'the build').to.equal(true);
  });
  it(`is under ${MOST_BYTES / 1_000} kB gzipped, all pages and charts together`, () => {
    const bytes = files().reduce((sum, file) => sum + sizeOf(file), 0);
    expect(bytes).to.be.above(50_000).and.below(MOST_BYTES);
  });

  it('loads charts only when there is one to draw', () => {
    const document = readFileSync(join(FOLDER, 'index.html'), 'utf8');
    const first = files().filter((file) => document.includes(file));
    expect(first).to.not.be.empty;
    expect(first.reduce((sum, file) => sum + sizeOf(file), 0)).to.be.below(MOST_FIRST_BYTES);
    const scripts = first.filter((file) => file.endsWith('.js'));
    const withCharts = scripts.filter((file) =>
      readFileSync(join(FOLDER, 'assets', file), 'utf8').includes('recharts-'),
    );
    expect(withCharts).to.deep.equal([]);
  });

  it('has each of its files beside its Brotli form', () => {
    const all = readdirSync(join(FOLDER, 'assets'));
    expect(files().filter((file) => !all.includes(`${file}.br`))).to.deep.equal([]);
  });

  it('loads nothing from another host, and has no script or style inside the document', () => {
    const document = readFileSync(join(FOLDER, 'index.html'), 'utf8');
    expect(document).to.not.match(/(src|href)="(https?:)?\/\//);
    expect(document).to.not.match(/<style|<script(?![^>]*\ssrc=)/);
    const styles = files().filter((file) => file.endsWith('.css'));
    for (const file of styles)
      expect(readFileSync(join(FOLDER, 'assets', file), 'utf8')).to.not.match(/url\(["']?(https?:)?\/\//);
  });
});
