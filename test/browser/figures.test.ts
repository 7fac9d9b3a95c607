// What the page shows is what the API says, and what a person does there leads where it should.
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { formatCount, formatPricePerMillion, formatUsd } from '../../src/dashboard/format/figures.ts';
import { settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';
import { until } from '../support/until.ts';

const LOOK = { width: 1280, scheme: 'light' } as const;
const REQUESTS = 40;
type Totals = { readonly requests: number; readonly cost_usd: string; readonly savings_usd: string };
type Stats = { readonly totals: Totals; readonly baseline_models: readonly string[] };
type Listed = { readonly request_id: string; readonly model: string; readonly task_type: string };
type List = { readonly data: readonly Listed[] };
type Story = {
  readonly candidates: readonly { readonly modelId: string; readonly score: number }[];
  readonly excluded: readonly unknown[];
  readonly money: { readonly cost_usd: string; readonly savings_usd: string };
};
type Models = {
  readonly data: readonly { readonly id: string; readonly pricing: Readonly<Record<string, string>> | null }[];
  readonly total_count: number;
};

const figure = async (page: Page, label: string): Promise<string> =>
  (await page.locator('.figure', { hasText: label }).locator('dd').first().innerText()).split('\n')[0] ?? '';
const rows = (page: Page, label: string) => page.getByRole('region', { name: label }).locator('tbody tr');

function isLive(request: { url(): string }): boolean {
  return request.url().endsWith('/v1/live');
}

describe('the figures of the dashboard', () => {
  const dashboard = useDashboard(() => ({ requests: REQUESTS }));
  const open = async (path: string) => {
    const opened = await dashboard().open(LOOK);
    await opened.page.goto(`${dashboard().system.url}${path}`);
    await settle(opened.page);
    return opened;
  };
  const firstOf = async (): Promise<Listed> => {
    const { data } = await dashboard().ask<List>('/v1/requests?limit=1');
    const [first] = data;
    if (!first) throw new Error('no request was listed');
    return first;
  };

  it('are those of /v1/stats on the overview, with the baselines by name', async function () {
    this.timeout(60_000);
    const { page, context } = await open('/');
    const { totals, baseline_models: baselines } = await dashboard().ask<Stats>('/v1/stats');
    expect(totals.requests).to.equal(REQUESTS);
    expect(await figure(page, 'Requests')).to.equal(formatCount(totals.requests));
    expect(await figure(page, 'Spend')).to.equal(formatUsd(totals.cost_usd));
    expect(await figure(page, 'Saved')).to.equal(formatUsd(totals.savings_usd));
    for (const model of baselines) await page.getByRole('main').getByRole('link', { name: model }).first().waitFor();
    await context.close();
  });

  it('move by themselves while requests come in', async function () {
    this.timeout(60_000);
    const { page, context } = await open('/');
    const today = page.locator('.live');
    await today.getByText(/Today \(UTC\) \d+ requests/).waitFor();
    const countOf = async () => Number(/Today \(UTC\) ([\d,]+) requests/.exec(await today.innerText())?.[1]);
    const before = await countOf();
    await dashboard().ask('/v1/chat', { messages: [{ role: 'user', content: 'What is a monad?' }] });
    await until(async () => (await countOf()) === before + 1, { within: 15_000, what: 'the live counter' });
    await context.close();
  });

  it('hold no connection while nobody looks', async function () {
    this.timeout(60_000);
    const { page, context } = await open('/');
    await page.locator('.live').waitFor();
    const look = async (state: 'hidden' | 'visible') =>
      await page.evaluate(
        `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
         document.dispatchEvent(new Event('visibilitychange'));`,
      );
    const ended = page.waitForEvent('requestfailed', isLive);
    await look('hidden');
    await ended;
    const begun = page.waitForEvent('request', isLive);
    await look('visible');
    await begun;
    await context.close();
  });

  it('lead from a column of the chart to its requests', async function () {
    this.timeout(60_000);
    const { page, context } = await open('/?range=24h');
    const column = page.getByRole('group', { name: 'spend by hour' }).locator('.recharts-bar-rectangle path').last();
    await column.hover();
    await page.locator('.chart-tip').getByText('Spent').waitFor();
    await column.click();
    await page.waitForURL(/\/requests\?from=.*&to=/);
    await settle(page);
    await rows(page, 'Requests, newest first').first().waitFor();
    await context.close();
  });

  it('are all requests in the list, narrowed by filters that stand in the address', async function () {
    this.timeout(60_000);
    const { page, context } = await open('/requests');
    const { model } = await firstOf();
    await page.getByLabel('Model', { exact: true }).selectOption(model);
    await page.waitForURL((url) => url.searchParams.get('model') === model);
    await settle(page);
    const { data } = await dashboard().ask<List>(`/v1/requests?limit=50&model=${encodeURIComponent(model)}`);
    await until(async () => (await rows(page, 'Requests, newest first').count()) === data.length);
    await page.reload();
    await settle(page);
    expect(await rows(page, 'Requests, newest first').count()).to.equal(data.length);
    await context.close();
  });

  it('tell one request’s story: candidates, money, and a replay that is the same', async function () {
    this.timeout(60_000);
    const { request_id: id } = await firstOf();
    const { page, context } = await open('/requests');
    await page.getByLabel('Search').fill(id);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/requests/${id}`);
    await settle(page);
    const story = await dashboard().ask<Story>(`/v1/requests/${id}`);
    expect(await figure(page, 'Cost')).to.equal(formatUsd(story.money.cost_usd));
    expect(await figure(page, 'Saved')).to.equal(formatUsd(story.money.savings_usd));
    await page.getByRole('button', { name: `Show all ${story.candidates.length}` }).click();
    const shown = rows(page, 'Candidates with their scores');
    expect(await shown.count()).to.equal(story.candidates.length);
    const best = story.candidates[0];
    expect(await shown.first().innerText())
      .to.include(best?.modelId)
      .and.include(best?.score.toFixed(3));
    await page.getByText('the same models, scores and amounts').waitFor();
    await page.getByRole('button', { name: 'Good answer' }).click();
    await page.getByText('accepted, score 1').waitFor();
    await context.close();
  });

  it('are found by what requests are known by, also by the address alone', async function () {
    this.timeout(60_000);
    const { request_id: id } = await firstOf();
    await dashboard().ask(`/v1/requests/${id}/feedback`, { label: 'off the mark', accepted: false });
    const { page, context } = await open('/requests?range=30d');
    await until(async () => (await dashboard().ask<List>('/v1/requests?q=the%20mark')).data.length === 1);
    const box = page.getByLabel('Search');
    await box.fill('Off the mark');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=Off/);
    await until(async () => (await rows(page, 'Requests, newest first').count()) === 1);
    await page.reload();
    await settle(page);
    expect(await box.inputValue()).to.equal('Off the mark');
    expect(await rows(page, 'Requests, newest first').getByRole('link').first().getAttribute('href')).to.equal(
      `/requests/${id}`,
    );
    await box.fill('');
    await until(async () => (await rows(page, 'Requests, newest first').count()) > 1);
    await box.fill('nothing like it');
    await page.keyboard.press('Enter');
    await page.getByText('No request fits.').waitFor();
    await context.close();
  });

  it('are the catalog’s, now and at a moment of the past', async function () {
    this.timeout(60_000);
    const { page, context } = await open('/models');
    const { data, total_count: count } = await dashboard().ask<Models>('/v1/models');
    expect(await rows(page, 'Models').count()).to.equal(count);
    const [model] = data;
    const row = rows(page, 'Models').filter({ has: page.getByRole('link', { name: model?.id ?? '', exact: true }) });
    expect(await row.innerText()).to.include(formatPricePerMillion(model?.pricing?.['prompt']));
    await page.getByRole('link', { name: model?.id ?? '', exact: true }).click();
    await page.getByRole('heading', { name: 'Price history' }).waitFor();
    expect(await figure(page, 'Input')).to.equal(formatPricePerMillion(model?.pricing?.['prompt']));
    await page.getByLabel('As of').fill('2020-01-01T00:00');
    await page.getByText('At that moment there was no model').waitFor();
    await context.close();
  });
});
