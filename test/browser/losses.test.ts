// What does not flatter is shown as it is: savings that are losses, requests that no model answers, costs that are not known.
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { WhatIf } from '../../src/dashboard/api/whatIf.ts';
import type { Stats } from '../../src/dashboard/api/stats.ts';
import { findBarriers, photograph, settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';

const LOOK = { width: 1280, scheme: 'light' } as const;
const ID = '01900000-0000-7000-8000-000000000001';

/** The real answer with some of it replaced. */
async function alter<T>(page: Page, address: RegExp, change: (answer: T) => T): Promise<void> {
  await page.route(address, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change((await response.json()) as T) });
  });
}

function withLoss(stats: Stats): Stats {
  const [point] = stats.series;
  const { totals } = stats;
  if (!point) throw new Error('no request was counted');
  const lost = { ...point, savings: -1.5, savings_usd: '-1.5' };
  return { ...stats, totals: { ...totals, savings: -1.5, savings_usd: '-1.5' }, series: [lost] };
}

function withUnrouted(answer: WhatIf): WhatIf {
  const mover = { request_id: ID, task_type: 'chat', from_model: 'openai/gpt-5.6-luna', to_model: null };
  const unknown = { cost_before_usd: '1', cost_after_usd: null, difference_usd: null };
  return {
    ...answer,
    requests: 4,
    compared: 1,
    moved: 2,
    unroutable: 2,
    by_model: [
      { model: 'openai/gpt-5.6-luna', before: 4, after: 2 },
      { model: 'none', before: 0, after: 2 },
    ],
    movers: [{ ...mover, ...unknown }],
  };
}

describe('what does not flatter, on the dashboard', () => {
  const dashboard = useDashboard(() => ({ requests: 5 }));
  const open = async (path: string, prepare: (page: Page) => Promise<void>) => {
    const opened = await dashboard().open(LOOK);
    await prepare(opened.page);
    await opened.page.goto(`${dashboard().system.url}${path}`);
    await settle(opened.page);
    return opened;
  };

  it('shows a loss below zero, with its sign in the figures, and not as a gain', async function () {
    this.timeout(60_000);
    const { page, troubles, context } = await open('/', (one) => alter<Stats>(one, /\/v1\/stats/, withLoss));
    const saved = page.locator('.figure', { hasText: 'Saved' }).locator('dd > span');
    expect(await saved.innerText()).to.equal('−$1.50');
    expect(await saved.getAttribute('class')).to.equal('negative');
    await page.getByText('In figures').click();
    await page.getByRole('region', { name: 'The chart in figures' }).getByText('−$1.50').waitFor();
    await page.locator('.recharts-reference-line-line').waitFor({ state: 'attached' });
    const zero = await page.locator('.recharts-reference-line-line').boundingBox();
    const bars = page.locator('.recharts-bar-rectangle path');
    const boxes = await Promise.all((await bars.all()).map((bar) => bar.boundingBox()));
    expect(boxes.some((box) => box && zero && box.height > 20 && box.y >= zero.y - 2)).to.equal(true);
    expect(await bars.last().getAttribute('fill')).to.equal('var(--bad)');
    await photograph(page, 'overview-loss-1280-light');
    expect(await findBarriers(page)).to.deep.equal([]);
    expect(troubles).to.deep.equal([]);
    await context.close();
  });

  it('counts movers among all requests, and leads to no page of what is no model', async function () {
    this.timeout(60_000);
    const { page, troubles, context } = await open('/what-if?normal=80-20-0', (one) =>
      alter<WhatIf>(one, /\/v1\/what-if/, withUnrouted),
    );
    await page.getByRole('heading', { name: 'Who would answer' }).waitFor();
    expect(await page.locator('.figure', { hasText: 'Requests that move' }).innerText()).to.include(
      '50 % of 4 requests',
    );
    await page.getByRole('cell', { name: 'no model' }).waitFor();
    expect(await page.locator('a[href="/models/none"]').count()).to.equal(0);
    const difference = page.getByRole('region', { name: 'Moving requests' }).locator('tbody td').last().locator('span');
    expect(await difference.innerText()).to.equal('–');
    expect(await difference.getAttribute('class')).to.equal(null);
    expect(await findBarriers(page)).to.deep.equal([]);
    expect(troubles).to.deep.equal([]);
    await context.close();
  });
});
