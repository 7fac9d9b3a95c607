// Debian's Chromium, driven by playwright-core, and a page that remembers whatever a person would not want to happen in it.
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Ignored by git; for a person to look at after a run. */
const PICTURES = resolve('dist/screenshots');

export type Look = { readonly width: number; readonly scheme: 'light' | 'dark' };
export type Watched = {
  readonly page: Page;
  /** Errors of the console, scripts that threw, requests to other hosts, answers of 500 and more. */
  readonly troubles: readonly string[];
};

/** Undefined where there is no Chromium: a test is skipped then, but not in CI. */
export function findChromium(): string | undefined {
  const found = PROGRAMS.find(existsSync);
  if (found === undefined && process.env['CI'] === 'true')
    throw new Error(`no Chromium among ${PROGRAMS.join(', ')}: .ci/run installs it`);
  return found;
}

export async function openBrowser(executablePath: string): Promise<Browser> {
  // Debian's has no sandbox for root.
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

export async function openWatched(context: BrowserContext, url: string): Promise<Watched> {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const troubles: string[] = [];
  const host = new URL(url).host;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => void troubles.push(`script: ${error.message}`));
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (to.protocol !== 'data:' && to.host !== host) troubles.push(`request to ${to.host}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) troubles.push(`${response.status()} of ${response.url()}`);
  });
  return { page, troubles };
}

/** Nothing is on its way any more. */
export async function settle(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
}

type Report = {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
  }[];
};

/** What axe finds serious or worse. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<Report>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
}

export async function expectNoSideways(page: Page, { width }: Look): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth'), 'the width of the page').to.be.at.most(width);
}

export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true, animations: 'disabled' });
}
