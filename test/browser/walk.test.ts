// Every page at both widths and in both colour schemes: no serious barrier, no error, no other host, nothing wider than the screen.
import { expect } from 'chai';
import { expectNoSideways, findBarriers, photograph, settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';
import { LOOKS, PAGES, STATES } from '../support/pages.ts';

type RequestList = { readonly data: readonly { readonly request_id: string; readonly model: string }[] };

describe('every page of the dashboard', () => {
  const dashboard = useDashboard(() => ({ requests: 60 }));

  for (const look of LOOKS) {
    it(`can be seen by everybody at ${look.width} px, ${look.scheme}`, async function () {
      this.timeout(180_000);
      const { page, troubles, context } = await dashboard().open(look);
      const { data } = await dashboard().ask<RequestList>('/v1/requests?limit=1');
      const [{ request_id: id, model } = { request_id: '', model: '' }] = data;
      for (const { name, path, heading } of [...PAGES, ...STATES]) {
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
