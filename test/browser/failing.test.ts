// Every page while the API fails: it says so in words, offers to try again, and recovers without a reload.
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Look, expectNoSideways, findBarriers, photograph, settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';
import { PAGES } from '../support/pages.ts';

const LOOKS: readonly Look[] = [
  { width: 1280, scheme: 'light' },
  { width: 390, scheme: 'dark' },
];
const REQUEST_ID = '01900000-0000-7000-8000-000000000001';
const BODY = {
  error: {
    message: 'The database is away at the moment: try again shortly.',
    type: 'server_error',
    param: null,
    code: 'overloaded',
  },
  request_id: REQUEST_ID,
};
const API = '**/v1/**';
type RequestList = { readonly data: readonly { readonly request_id: string; readonly model: string }[] };

/** From now on; `also` the answer about who is signed in, without which there is no page. */
async function fail(page: Page, also: 'session' | 'all but the session'): Promise<void> {
  await page.route(API, async (route) => {
    const isSession = new URL(route.request().url()).pathname === '/v1/session';
    if (isSession && also !== 'session') await route.continue();
    else await route.fulfill({ status: 503, json: BODY });
  });
}

/** What a browser writes of an answer of 503 is no fault of the page, nor is what React writes of an error that it handed on. */
const isOfThePage = (trouble: string): boolean =>
  !/Failed to load resource|^503 of /.test(trouble) && !trouble.includes(`ApiError: ${BODY.error.message}`);

describe('every page of the dashboard while the API fails', () => {
  const dashboard = useDashboard(() => ({ requests: 3 }));

  for (const look of LOOKS) {
    for (const { name, path } of PAGES) {
      it(`says so and recovers: ${name} at ${look.width} px, ${look.scheme}`, async function () {
        this.timeout(60_000);
        const { page, troubles, context } = await dashboard().open(look);
        const { data } = await dashboard().ask<RequestList>('/v1/requests?limit=1');
        const [{ request_id: id, model } = { request_id: '', model: '' }] = data;
        await fail(page, 'all but the session');
        await page.goto(`${dashboard().system.url}${path.replace(':id', id).replace(':model', model)}`);
        if (name === 'playground') {
          await page.getByLabel('Prompt').fill('Hello');
          await page.getByRole('button', { name: 'Send' }).click();
        }
        const alert = page.getByRole('main').getByRole('alert');
        await alert.first().waitFor();
        await settle(page);
        expect(await alert.first().innerText())
          .to.include('The router could not answer.')
          .and.include(BODY.error.message)
          .and.include(REQUEST_ID);
        await photograph(page, `failing-${name}-${look.width}-${look.scheme}`);
        await expectNoSideways(page, look);
        expect(await findBarriers(page)).to.deep.equal([]);
        await page.unroute(API);
        const retry = page.getByRole('button', { name: name === 'playground' ? 'Send' : 'Try again' });
        for (let left = await retry.count(); left > 0; left--) await retry.first().click();
        await alert.first().waitFor({ state: 'detached' });
        expect(troubles.filter(isOfThePage)).to.deep.equal([]);
        await context.close();
      });
    }
  }

  it('says so and recovers even when the router does not say who is signed in', async function () {
    this.timeout(60_000);
    const { page, troubles, context } = await dashboard().open({ width: 390, scheme: 'light' });
    await fail(page, 'session');
    await page.goto(`${dashboard().system.url}/requests`);
    await page.getByRole('alert').getByText('The router could not answer.').waitFor();
    await photograph(page, 'failing-session-390-light');
    expect(await findBarriers(page)).to.deep.equal([]);
    await page.unroute(API);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor();
    expect(troubles.filter(isOfThePage)).to.deep.equal([]);
    await context.close();
  });
});
