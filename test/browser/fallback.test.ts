// The story of a request whose first provider failed, and of one that nobody could answer.
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { PROVIDERS } from '../../src/domain/catalog.ts';
import { openSimulatedProviders } from '../../src/providers/simulated.ts';
import { type Look, expectNoSideways, findBarriers, photograph, settle } from '../support/browser.ts';
import { useDashboard } from '../support/dashboard.ts';
import { until } from '../support/until.ts';

const LOOKS: readonly Look[] = [
  { width: 1280, scheme: 'light' },
  { width: 390, scheme: 'dark' },
];
type Answer = { readonly request_id: string; readonly provider: string };
type List = { readonly data: readonly { readonly request_id: string }[] };

describe('a request that did not go as wished, on the dashboard', () => {
  let broken: Server | undefined;
  let simulated: Awaited<ReturnType<typeof openSimulatedProviders>> | undefined;
  after(async () => {
    broken?.close();
    await simulated?.close();
  });

  /** OpenRouter fails, the others answer. */
  const dashboard = useDashboard(async () => {
    const failing = createServer((_request, response) => {
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"broken"}}');
    });
    await new Promise<void>((resolve) => void failing.listen(0, '127.0.0.1', resolve));
    broken = failing;
    simulated = await openSimulatedProviders();
    const { baseUrls } = simulated;
    const url = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`;
    const env = Object.fromEntries(
      PROVIDERS.flatMap((name) => [
        [`${name.toUpperCase()}_API_KEY`, 'test-key'],
        [`${name.toUpperCase()}_BASE_URL`, name === 'openrouter' ? url : baseUrls[name]],
      ]),
    );
    return { requests: 0, env };
  });

  for (const look of LOOKS) {
    it(`shows each attempt and why it failed at ${look.width} px, ${look.scheme}`, async function () {
      this.timeout(90_000);
      const { page, troubles, context } = await dashboard().open(look);
      const { request_id: id, provider } = await dashboard().ask<Answer>('/v1/chat', {
        messages: [{ role: 'user', content: 'Write a haiku about SQL' }],
        models: ['openrouter/mistralai/mistral-large-4-0', 'openai/gpt-5.6-luna'],
      });
      expect(provider).to.equal('openai');
      await page.goto(`${dashboard().system.url}/requests/${id}`);
      await settle(page);
      await page.getByText(/fallback, \d attempts/).waitFor();
      const attempts = page.locator('.attempts > li');
      expect(await attempts.count()).to.be.at.least(2);
      expect(await attempts.first().innerText())
        .to.include('server error')
        .and.include('status 500');
      expect(await attempts.last().innerText()).to.include('succeeded');
      expect(await page.getByText('Simulated providers.').count()).to.equal(0);
      await photograph(page, `request-fallback-${look.width}-${look.scheme}`);
      await expectNoSideways(page, look);
      expect(await findBarriers(page)).to.deep.equal([]);
      expect(troubles).to.deep.equal([]);
      await context.close();
    });

    it(`shows why nobody could answer at ${look.width} px, ${look.scheme}`, async function () {
      this.timeout(90_000);
      const { system } = dashboard();
      const { page, troubles, context } = await dashboard().open(look);
      const refused = await fetch(`${system.url}/v1/chat`, {
        method: 'POST',
        headers: { authorization: `Bearer ${system.key}` },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], max_cost: 0.000_000_1 }),
      });
      expect(refused.status).to.equal(400);
      const id = refused.headers.get('x-request-id') ?? '';
      await page.goto(`${system.url}/requests/${id}`);
      await settle(page);
      await page.getByText('No provider was called.').waitFor();
      await page.getByText(/Excluded: over max cost/).click();
      await photograph(page, `request-refused-${look.width}-${look.scheme}`);
      expect(await findBarriers(page)).to.deep.equal([]);
      await page.goto(`${system.url}/requests?outcome=failed`);
      await settle(page);
      const { data } = await dashboard().ask<List>('/v1/requests?outcome=failed');
      expect(data.map(({ request_id: one }) => one)).to.include(id);
      await page.locator('tbody tr').first().waitFor();
      await photograph(page, `requests-failed-${look.width}-${look.scheme}`);
      expect(troubles).to.deep.equal([]);
      await context.close();
    });
  }

  it('shows on the page of a model, and in the catalog, that its breaker is open', async function () {
    this.timeout(120_000);
    const model = 'openrouter/mistralai/mistral-large-4-0';
    type Model = { readonly breaker: { readonly state: string; readonly reason: string } };
    const { breaker } = await until(
      async () => {
        await dashboard().ask('/v1/chat', {
          messages: [{ role: 'user', content: 'Write a haiku about SQL' }],
          models: [model, 'openai/gpt-5.6-luna'],
        });
        const found = await dashboard().ask<Model>(`/v1/models/${model}`);
        return found.breaker.state === 'open' && found;
      },
      { within: 60_000, what: 'an open breaker' },
    );
    expect(breaker.reason).to.equal('server-error');
    for (const look of LOOKS) {
      const { page, troubles, context } = await dashboard().open(look);
      await page.goto(`${dashboard().system.url}/models/${model}`);
      await page.getByRole('heading', { name: 'How routing sees it now' }).waitFor();
      await page.getByText(/after server error, not called until/).waitFor();
      await photograph(page, `model-breaker-${look.width}-${look.scheme}`);
      expect(await findBarriers(page)).to.deep.equal([]);
      await page.goto(`${dashboard().system.url}/models?q=${model}`);
      await settle(page);
      await page.getByText('breaker open').locator('visible=true').first().waitFor();
      await photograph(page, `models-breaker-${look.width}-${look.scheme}`);
      await expectNoSideways(page, look);
      expect(await findBarriers(page)).to.deep.equal([]);
      expect(troubles).to.deep.equal([]);
      await context.close();
    }
  });
});
