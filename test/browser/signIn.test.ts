// Signing in and out as a person does it, and what a key without the right scopes sees.
import { expect } from 'chai';
import { expectNoSideways, findBarriers, openWatched, photograph, settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';
import { LOOKS } from '../support/pages.ts';

const LOOK = { width: 1280, scheme: 'light' } as const;
type NewKey = { readonly key: string };
type Account = { readonly org: { readonly id: string } };

describe('signing in to the dashboard', () => {
  const dashboard = useDashboard(() => ({ requests: 1 }));

  for (const look of LOOKS) {
    it(`can be done by everybody at ${look.width} px, ${look.scheme}`, async function () {
      this.timeout(60_000);
      const { system, browser } = dashboard();
      const context = await browser.newContext({
        viewport: { width: look.width, height: 900 },
        colorScheme: look.scheme,
      });
      const { page, troubles } = await openWatched(context, system.url);
      await page.goto(`${system.url}/sign-in`);
      await settle(page);
      await photograph(page, `sign-in-${look.width}-${look.scheme}`);
      await expectNoSideways(page, look);
      expect(await findBarriers(page)).to.deep.equal([]);
      expect(troubles).to.deep.equal([]);
      await page.getByLabel('API key').fill('omr_wrong');
      await page.keyboard.press('Enter');
      await page.getByText('This API key is not known').waitFor();
      await photograph(page, `sign-in-refused-${look.width}-${look.scheme}`);
      await expectNoSideways(page, look);
      expect(await findBarriers(page)).to.deep.equal([]);
      await context.close();
    });
  }

  it('leads to where one wanted to go, by a key that stays out of the reach of scripts', async function () {
    this.timeout(60_000);
    const { system, browser } = dashboard();
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const { page, troubles } = await openWatched(context, system.url);
    await page.goto(`${system.url}/models?provider=groq`);
    await page.waitForURL(/\/sign-in/);
    await page.getByLabel('API key').fill(system.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${system.url}/models?provider=groq`);
    await settle(page);
    expect(await page.evaluate('document.cookie')).to.equal('');
    expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).to.not.include('omr_');
    expect(troubles).to.deep.equal([]);
    await context.close();
  });

  it('works by the printed link once, and says why not a second time', async function () {
    this.timeout(60_000);
    const { system, browser } = dashboard();
    const { page, context } = await dashboard().open(LOOK);
    await settle(page);
    expect(page.url()).to.equal(`${system.url}/`);
    await context.close();
    const other = await browser.newContext();
    const again = await openWatched(other, system.url);
    const token = /\/sign-in#(\S+)/.exec(system.output())?.[1] ?? '';
    await again.page.goto(`${system.url}/sign-in#${token}`);
    await again.page.getByText('This sign-in link was used already').waitFor();
    expect(again.page.url()).to.equal(`${system.url}/sign-in`);
    await other.close();
  });

  it('says what is wrong with a wrong key, and follows no address of another site', async function () {
    this.timeout(60_000);
    const { system, browser } = dashboard();
    const context = await browser.newContext();
    const { page } = await openWatched(context, system.url);
    await page.goto(`${system.url}/sign-in?to=https%3A%2F%2Fexample.com%2F`);
    await page.getByLabel('API key').fill('omr_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This API key is not known').waitFor();
    await page.getByLabel('API key').fill(system.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(page.url()).to.equal(`${system.url}/`);
    await context.close();
  });

  it('shows a key only what it may see', async function () {
    this.timeout(60_000);
    const { system, browser } = dashboard();
    const { org } = await dashboard().ask<Account>('/v1/account');
    const { key } = await dashboard().ask<NewKey>('/v1/admin/keys', { org_id: org.id, scopes: ['read'] });
    const context = await browser.newContext();
    const { page } = await openWatched(context, system.url);
    await page.goto(`${system.url}/sign-in`);
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const places = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
    expect(places).to.include('Requests').and.not.include('Keys and budgets').and.not.include('Playground');
    await page.goto(`${system.url}/keys`);
    await page.getByText('This key may not see that.').first().waitFor();
    await context.close();
  });

  it('ends by signing out, and leaves nothing that a next viewer could see', async function () {
    this.timeout(60_000);
    const { system, browser } = dashboard();
    const context = await browser.newContext();
    const { page } = await openWatched(context, system.url);
    await page.goto(`${system.url}/sign-in`);
    await page.getByLabel('API key').fill(system.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${system.url}/sign-in`);
    expect(await context.cookies()).to.deep.equal([]);
    await page.goto(`${system.url}/requests`);
    await page.waitForURL(/\/sign-in\?to=/);
    await context.close();
  });
});
