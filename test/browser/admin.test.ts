// What an administrator decides on the page: held changes of the catalog, and jobs.
import { expect } from 'chai';
import { CATALOG_STREAM } from '../../src/domain/events.ts';
import { openEventStore } from '../../src/eventstore/open.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { findBarriers, photograph, settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';
import { appendDrafts } from '../support/eventLog.ts';
import { silentLogger } from '../support/logger.ts';
import { until } from '../support/until.ts';

const LOOK = { width: 1280, scheme: 'light' } as const;
const NARROW = { width: 390, scheme: 'dark' } as const;
const RELEASED = 'openrouter/moonshotai/kimi-k3';
const REJECTED = 'openrouter/qwen/qwen3.8-flash';
type Model = { readonly pricing: Readonly<Record<string, string>> };

function held(modelId: string, digit: number, input: string) {
  return {
    type: 'ModelChangeHeld' as const,
    data: {
      modelId,
      source: 'openrouter',
      at: '2026-11-25T08:00:00.000Z',
      by: 'job:syncPricing',
      holdId: `0e0e0e0e-0000-4000-8000-00000000000${digit}`,
      rule: 'large_unconfirmed',
      reason: 'a change of more than 30 %; no other source knows it',
      proposed: { prices: { input, output: '0.000016' } },
    },
  };
}

function rated(modelId: string, intelligence: number) {
  return {
    type: 'ModelRatingChanged' as const,
    data: {
      modelId,
      source: 'artificialanalysis',
      at: '2026-11-25T08:00:00.000Z',
      by: 'job:syncRatings',
      generation: 'test-1',
      ratings: [{ effort: 'low' as const, intelligence, firstTokenMs: 840, tokensPerSecond: 90 }],
    },
  };
}

const GENERATION = {
  type: 'RatingGenerationPublished' as const,
  data: {
    generation: {
      id: 'test-1',
      source: 'artificialanalysis',
      indexVersion: '4.1',
      asOf: '2026-11-25T06:00:00.000Z',
      scale: { intelligence: { low: 10, high: 70 } },
    },
    at: '2026-11-25T08:00:00.000Z',
    by: 'job:syncRatings',
  },
};

describe('administering on the dashboard', () => {
  const dashboard = useDashboard(() => ({ requests: 5 }));
  const priceOf = async (model: string) =>
    (await dashboard().ask<Model>(`/v1/models/${model}`)).pricing['prompt'] ?? 'none';

  before(async () => {
    const { databaseUrl } = dashboard().system;
    const store = openEventStore({
      url: undefined,
      databaseUrl,
      applicationName: 'test',
      clock: systemClock,
      logger: silentLogger,
    });
    await appendDrafts(store, CATALOG_STREAM, [
      held(RELEASED, 1, '0.0000001'),
      held(REJECTED, 2, '0.0000009'),
      GENERATION,
      rated(RELEASED, 57.5),
    ]);
    await store.close();
  });

  it('shows held changes with both values and why, at both widths', async function () {
    this.timeout(60_000);
    for (const look of [LOOK, NARROW]) {
      const { page, context, troubles } = await dashboard().open(look);
      await page.goto(`${dashboard().system.url}/models`);
      await settle(page);
      await page.getByRole('heading', { name: 'Held changes' }).waitFor();
      await photograph(page, `held-${look.width}-${look.scheme}`);
      expect(await findBarriers(page)).to.deep.equal([]);
      expect(troubles).to.deep.equal([]);
      await context.close();
    }
  });

  it('releases one, which becomes the price and a step of its history, and rejects another, which does not', async function () {
    this.timeout(60_000);
    const { page, context, troubles } = await dashboard().open(LOOK);
    const before = await priceOf(REJECTED);
    await page.goto(`${dashboard().system.url}/models`);
    await page.getByRole('button', { name: `Release: ${RELEASED} prices` }).click();
    await page.getByRole('button', { name: `Release: ${RELEASED} prices` }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: `Reject: ${REJECTED} prices` }).click();
    await page.getByText('No change of the catalog is held back.').waitFor();
    await until(async () => (await priceOf(RELEASED)) === '0.0000001', { what: 'the released price' });
    expect(await priceOf(REJECTED)).to.equal(before);
    await until(
      async () => {
        await page.goto(`${dashboard().system.url}/models/${RELEASED}`);
        await settle(page);
        return (await page.getByRole('region', { name: 'Changes, newest first' }).innerText()).includes(
          'input price, $/M tok',
        );
      },
      { within: 20_000, what: 'the change on the model’s page' },
    );
    await page.locator('.recharts-line').first().waitFor();
    // In the unit of the figures above it.
    await page.getByRole('group', { name: 'Price history' }).getByText('$16', { exact: true }).waitFor();
    await photograph(page, 'model-changed-1280-light');
    expect(troubles).to.deep.equal([]);
    await context.close();
  });

  it('shows ratings with who made them, as their terms ask, and the time to the first token', async function () {
    this.timeout(60_000);
    const { page, context, troubles } = await dashboard().open(LOOK);
    await until(async () => JSON.stringify(await dashboard().ask(`/v1/models/${RELEASED}`)).includes('57.5'));
    await page.goto(`${dashboard().system.url}/models?q=kimi-k3`);
    const row = page.getByRole('region', { name: 'Models' }).getByRole('row', { name: new RegExp(`${RELEASED} `) });
    await row.getByText('57.5').waitFor();
    await row.getByText('840 ms').waitFor();
    const link = page.getByRole('link', { name: 'Artificial Analysis' });
    expect(await link.getAttribute('href')).to.equal('https://artificialanalysis.ai/');
    expect(await link.getAttribute('rel')).to.include('noreferrer');
    await photograph(page, 'models-rated-1280-light');
    expect(troubles).to.deep.equal([]);
    await context.close();
  });

  it('runs a job now and sees how it ended', async function () {
    this.timeout(60_000);
    const { page, context, troubles } = await dashboard().open(LOOK);
    await page.goto(`${dashboard().system.url}/jobs`);
    await settle(page);
    await page.getByRole('button', { name: 'Run now: checkDeprecations' }).click();
    const run = page
      .getByRole('region', { name: 'Runs, newest first' })
      .getByRole('row', { name: /checkDeprecations/ })
      .first();
    await run.getByText('succeeded').waitFor({ timeout: 30_000 });
    await photograph(page, 'jobs-run-1280-light');
    expect(await findBarriers(page)).to.deep.equal([]);
    expect(troubles).to.deep.equal([]);
    await context.close();
  });

  it('goes back to the sign-in when the key is revoked meanwhile', async function () {
    this.timeout(60_000);
    const { system } = dashboard();
    const { made, page, context } = await dashboard().signInAnew();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await dashboard().ask(`/v1/admin/keys/${made.id}/revoke`, {});
    await until(
      async () =>
        (await fetch(`${system.url}/v1/models`, { headers: { authorization: `Bearer ${made.key}` } })).status === 401,
    );
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.waitForURL(`${system.url}/sign-in?to=%2Frequests`);
    await context.close();
  });
});
