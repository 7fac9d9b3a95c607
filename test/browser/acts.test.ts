// What a person does on the page: asks, tries another policy, makes and ends keys, sets budgets; by keyboard where it is a form.
import { expect } from 'chai';
import { formatCount, formatUsd } from '../../src/dashboard/format/figures.ts';
import type { PolicyPatch } from '../../src/dashboard/api/whatIf.ts';
import { toPatch, toTrial } from '../../src/dashboard/pages/whatIf/search.ts';
import { findBarriers, photograph, settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';
import { until } from '../support/until.ts';

const LOOK = { width: 1280, scheme: 'light' } as const;
type WhatIf = { readonly moved: number; readonly after: { readonly cost_usd: string } };
type Story = { readonly summary: { readonly model: string; readonly cost_usd: string } };

describe('acting on the dashboard', () => {
  const dashboard = useDashboard(() => ({ requests: 30 }));
  const open = async (path: string) => {
    const opened = await dashboard().open(LOOK);
    await opened.page.goto(`${dashboard().system.url}${path}`);
    await settle(opened.page);
    return opened;
  };

  it('asks in the playground: the decision, the streamed answer, its cost and its story', async function () {
    this.timeout(60_000);
    const { page, troubles, context } = await open('/playground');
    await page.getByLabel('Prompt').fill('Write a haiku about SQL');
    await page.getByRole('button', { name: 'Show the decision' }).click();
    await page.getByRole('heading', { name: 'The decision' }).waitFor();
    expect(await page.getByRole('heading', { name: 'The answer' }).count()).to.equal(0);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('The last message was: "Write a haiku about SQL"').waitFor();
    const link = page.getByRole('link', { name: 'its story' });
    const id = (await link.getAttribute('href'))?.split('/').at(-1) ?? '';
    const { summary } = await dashboard().ask<Story>(`/v1/requests/${id}`);
    await page.getByText(`Cost ${formatUsd(summary.cost_usd)}`).waitFor();
    await link.click();
    await page.getByRole('heading', { name: 'In words' }).waitFor();
    expect(troubles).to.deep.equal([]);
    await context.close();
  });

  it('shows what was said once the org has it kept, and only when asked to', async function () {
    this.timeout(60_000);
    const { system } = dashboard();
    const { org } = await dashboard().ask<{ org: { id: string } }>('/v1/account');
    const changed = await fetch(`${system.url}/v1/admin/orgs/${org.id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${system.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ capture_content_days: 30 }),
    });
    expect(changed.status).to.equal(200);
    const prompt = 'Remember the milk';
    const id = await until(
      async () => {
        const answer = await dashboard().ask<{ request_id: string }>('/v1/chat', {
          messages: [{ role: 'user', content: prompt }],
        });
        const story = await dashboard().ask<{ content_kept: boolean }>(`/v1/requests/${answer.request_id}`);
        return story.content_kept ? answer.request_id : undefined;
      },
      { within: 20_000, what: 'a request that is kept' },
    );
    const { page, troubles, context } = await open(`/requests/${id}`);
    await page.getByRole('heading', { name: 'What was said' }).waitFor();
    expect(await page.content()).to.not.include(prompt);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('region', { name: 'Asked' }).getByText(prompt).waitFor();
    await page.getByRole('region', { name: 'Answered, status 200' }).getByText('"output"').waitFor();
    expect(await findBarriers(page)).to.deep.equal([]);
    await photograph(page, 'request-content-1280-light');
    expect(troubles).to.deep.equal([]);
    await context.close();
  });

  it('tries another policy by keyboard, and finds it in the address', async function () {
    this.timeout(60_000);
    const { page, troubles, context } = await open('/what-if');
    const slider = page.getByRole('slider', { name: 'Weights, latency normal: Cost' });
    await slider.focus();
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Compare' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/normal=100-30-30/);
    await page.getByRole('heading', { name: 'Who would answer' }).waitFor();
    const { policy } = await dashboard().ask<{ policy: PolicyPatch }>('/v1/policy');
    const trial = { ...toTrial(policy), normal: [100, 30, 30] as const };
    const answer = await dashboard().ask<WhatIf>('/v1/what-if', { policy: toPatch(trial) });
    expect(answer.moved).to.be.above(0);
    const figures = await page.locator('.figures').innerText();
    expect(figures).to.include(formatUsd(answer.after.cost_usd));
    expect(figures).to.match(new RegExp(`Requests that move\\s+${formatCount(answer.moved)}\\b`));
    expect(troubles).to.deep.equal([]);
    await context.close();
  });

  it('makes a key that is shown once and works, limits it, and revokes it', async function () {
    this.timeout(60_000);
    const { page, context } = await open('/keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('User').fill('ada@example.com');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const key = await page.locator('.new-key').innerText();
    const asked = await fetch(`${dashboard().system.url}/v1/models`, { headers: { 'x-api-key': key } });
    expect(asked.status).to.equal(200);
    await page.getByRole('button', { name: 'Done' }).click();
    expect(await page.content()).to.not.include(key);
    const prefix = key.slice('omr_'.length, 'omr_'.length + 8);
    await page.getByRole('button', { name: `Limits key ${prefix}` }).click();
    await page.getByLabel('Requests per minute').fill('7');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('7 requests/min').waitFor();
    await page.getByRole('button', { name: `Revoke key ${prefix}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page
      .getByRole('row', { name: new RegExp(prefix) })
      .getByText('revoked')
      .waitFor();
    await context.close();
  });

  it('sets a budget, sees it used, and takes it away', async function () {
    this.timeout(60_000);
    const { page, context } = await open('/keys');
    await page.getByRole('button', { name: 'Set a budget' }).click();
    await page.getByLabel('Hard limit, USD').fill('nonsense');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.getByLabel('Hard limit, USD').fill('2.5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/spent of \$2\.50 hard/).waitFor();
    await page.getByRole('button', { name: /Remove the budget/ }).click();
    await page.getByText('Nothing limits what local spends').waitFor();
    await context.close();
  });

  it('closes a dialog by Escape and gives the focus back, and skips to the content', async function () {
    this.timeout(60_000);
    const { page, context } = await open('/keys');
    await page.getByRole('button', { name: 'New key' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent')).to.equal('New key');
    await page.reload();
    await settle(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).to.equal('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).to.equal('content');
    await context.close();
  });
});
