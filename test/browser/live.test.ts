// The live counters come back by themselves when what was away is back, and lead to the sign-in when nobody is signed in any more.
import { expect } from 'chai';
import { settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';

const LOOK = { width: 1280, scheme: 'light' } as const;

describe('the live counters of the dashboard', () => {
  const dashboard = useDashboard(() => ({ requests: 1 }));

  it('come back after answers that a browser takes for the end', async function () {
    this.timeout(60_000);
    const { page, context } = await dashboard().open(LOOK);
    const answers = [503, 502];
    await page.route('**/v1/live', async (route) => {
      const status = answers.shift();
      await (status === undefined ? route.continue() : route.fulfill({ status, body: '' }));
    });
    await page.goto(dashboard().system.url);
    await page.getByText('Live counters cannot be read at the moment').waitFor();
    await page.locator('.live[data-state=open]').waitFor();
    expect(answers).to.deep.equal([]);
    await context.close();
  });

  it('lead to the sign-in, without a click, when the key is revoked', async function () {
    this.timeout(60_000);
    const { system } = dashboard();
    const { made, page, context } = await dashboard().signInAnew();
    await settle(page);
    await page.locator('.live[data-state=open]').waitFor();
    await dashboard().ask(`/v1/admin/keys/${made.id}/revoke`, {});
    await page.waitForURL(`${system.url}/sign-in?to=%2F`, { timeout: 30_000 });
    await context.close();
  });
});
