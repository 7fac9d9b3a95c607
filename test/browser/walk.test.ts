// Every page at both widths and in both colour schemes: no serious barrier, no error, no other host, nothing wider than the screen.
import { expect } from 'chai';
import { expectNoSideways, findBarriers, type Look, photograph, settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';

type RequestList = { readonly data: readonly { readonly request_id: string; readonly model: string }[] };

const LOOKS: readonly Look[] = [
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
  { width: 390, scheme: 'light' },
  { width: 390, scheme: 'dark' },
];

/** `:id` and `:model` stand for a request that was really made, and what answered it. */
const PAGES = [
  { name: 'overview', path: '/', heading: 'Overview' },
  { name: 'overview-by-model', path: '/?range=24h&group=model&measure=requests', heading: 'Overview' },
  { name: 'overview-latency', path: '/?range=24h&measure=latency', heading: 'Overview' },
  { name: 'overview-empty', path: '/?from=2020-01-01&to=2020-01-02', heading: 'Overview' },
  { name: 'requests', path: '/requests', heading: 'Requests' },
  { name: 'requests-none', path: '/requests?outcome=failed', heading: 'Requests' },
  { name: 'request', path: '/requests/:id', heading: 'Request' },
  { name: 'models', path: '/models', heading: 'Models' },
  { name: 'model', path: '/models/:model', heading: '' },
  { name: 'what-if', path: '/what-if?normal=80-10-10&fast=40-30-30&quality=5-5-20', heading: 'What if' },
  { name: 'playground', path: '/playground', heading: 'Playground' },
  { name: 'jobs', path: '/jobs', heading: 'Jobs' },
  { name: 'keys', path: '/keys', heading: 'Keys and budgets' },
] as const;

describe('every page of the dashboard', () => {
  const dashboard = useDashboard(() => ({ requests: 60 }));

  for (const look of LOOKS) {
    it(`can be seen by everybody at ${look.width} px, ${look.scheme}`, async function () {
      this.timeout(180_000);
      const { page, troubles, context } = await dashboard().open(look);
      const { data } = await dashboard().ask<RequestList>('/v1/requests?limit=1');
      const [{ request_id: id, model } = { request_id: '', model: '' }] = data;
      for (const { name, path, heading } of PAGES) {
        await page.goto(`${dashboard().system.url}${path.replace(':id', id).replace(':model', model)}`);
        await settle(page);
        if (heading !== '') expect(await page.locator('h1').textContent()).to.equal(heading);
        await photograph(page, `${name}-${look.width}-${look.scheme}`);
        await expectNoSideways(page, look);
        expect(await findBarriers(page), `barriers on ${path}`).to.deep.equal([]);
        expect(troubles, `troubles on ${path}`).to.deep.equal([]);
      }
      await context.close();
    });
  }

  it('is reached from the navigation, and none of its pages asks for what the API does not have', async function () {
    this.timeout(60_000);
    const { page, troubles, context } = await dashboard().open({ width: 1280, scheme: 'light' });
    const missing: string[] = [];
    page.on('response', (response) => {
      if (response.status() === 404) missing.push(response.url());
    });
    await page.goto(dashboard().system.url);
    await settle(page);
    const places = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
    expect(places).to.include.members([
      'Overview',
      'Requests',
      'Models',
      'What if',
      'Playground',
      'Jobs',
      'Keys and budgets',
    ]);
    for (const place of places) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: place }).click();
      await page.getByRole('heading', { level: 1, name: place }).waitFor();
      await settle(page);
    }
    expect(missing).to.deep.equal([]);
    expect(troubles).to.deep.equal([]);
    await context.close();
  });
});
