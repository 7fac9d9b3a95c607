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
type Org = {
  readonly id: string;
  readonly baseline_model: string | null;
  readonly capture_content_days: number | null;
  readonly allowed_models: readonly string[] | null;
  readonly limits: Readonly<Record<string, number | null>>;
};
type Orgs = { readonly data: readonly Org[] };
type Key = Pick<Org, 'allowed_models'> & {
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly allowed_ips: readonly string[] | null;
  readonly expires_at: string | null;
};
type Keys = { readonly data: readonly Key[] };
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
    await page.getByRole('button', { name: `Change key ${prefix}` }).click();
    await page.getByLabel('Requests per minute').fill('7');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('7 requests/min').waitFor();
    await page.getByRole('button', { name: `Change key ${prefix}` }).click();
    expect(await findBarriers(page)).to.deep.equal([]);
    await photograph(page, 'key-dialog-1280-light');
    await page.getByLabel('Allowed models').fill('openai/gpt-0');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByText('there is no model').waitFor();
    await page.getByLabel('Allowed models').fill('openai/gpt-5.4-mini\nopenai/gpt-5.6-luna');
    await page.getByLabel('Allowed networks').fill('192.0.2.0/24');
    await page.getByLabel('Expires after').fill('2099-12-31');
    await page.getByRole('checkbox', { name: /^read/ }).uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('7 requests/min, 2 models, 1 network').waitFor();
    const { data } = await dashboard().ask<Keys>('/v1/admin/keys');
    const changed = data.find((one) => one.prefix === prefix);
    expect(changed).to.deep.include({
      scopes: ['chat'],
      allowed_models: ['openai/gpt-5.4-mini', 'openai/gpt-5.6-luna'],
      allowed_ips: ['192.0.2.0/24'],
    });
    expect(changed?.expires_at).to.match(/^2099-12-31T/);
    // It holds within three seconds.
    await until(
      async () => {
        const refused = await fetch(`${dashboard().system.url}/v1/models`, { headers: { 'x-api-key': key } });
        return refused.status === 403;
      },
      { within: 10_000, what: 'the refusal' },
    );
    await page.getByRole('button', { name: `Revoke key ${prefix}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page
      .getByRole('row', { name: new RegExp(prefix) })
      .getByText('revoked')
      .waitFor();
    await context.close();
  });

  it('changes what holds for the org: baseline, models, limits and what is kept', async function () {
    this.timeout(60_000);
    const { page, troubles, context } = await open('/keys');
    const { org } = await dashboard().ask<{ org: { id: string } }>('/v1/account');
    const change = async (fill: () => Promise<void>) => {
      await page.getByRole('button', { name: 'Change', exact: true }).click();
      await fill();
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      const { data } = await dashboard().ask<Orgs>('/v1/admin/orgs');
      return data.find(({ id }) => id === org.id);
    };
    const changed = await change(async () => {
      await page.getByLabel('Baseline model').fill('openai/gpt-5.6-luna');
      await page.getByLabel('Days that prompts and answers are kept').fill('14');
      await page.getByLabel('Tokens per minute').fill('500000');
      expect(await findBarriers(page)).to.deep.equal([]);
      await photograph(page, 'org-dialog-1280-light');
    });
    expect(changed).to.deep.include({
      baseline_model: 'openai/gpt-5.6-luna',
      capture_content_days: 14,
      allowed_models: null,
      limits: { requests_per_min: null, tokens_per_min: 500_000, concurrent: null },
    });
    await page.getByText('kept for 14 days').waitFor();
    const back = await change(async () => {
      await page.getByLabel('Baseline model').fill('');
      await page.getByLabel('Days that prompts and answers are kept').fill('');
      await page.getByLabel('Tokens per minute').fill('');
    });
    expect(back).to.deep.include({ baseline_model: null, capture_content_days: null });
    await page.getByText('not kept').waitFor();
    expect(troubles).to.deep.equal([]);
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
    await page.getByText('monthly (UTC)').waitFor();
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
