// The web page of a whole router that has answered real requests, in a real browser.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { buildPage } from '../../src/cli/buildWhenStale.ts';
import { findChromium, openBrowser, type Look, openWatched, type Watched } from './browser.ts';
import { removeDataDir, startSystem, type System } from './system.ts';
import { until } from './until.ts';

export type Dashboard = {
  readonly system: System;
  readonly browser: Browser;
  /** What the API answers; a body makes it a POST. */
  ask<T>(path: string, body?: unknown): Promise<T>;
  /** A browser that is signed in, as `npm start` signs one in. */
  open(look: Look): Promise<Watched & { readonly context: BrowserContext }>;
  /** A browser in which somebody signs in with a key that was just made. */
  signInAnew(): Promise<{ readonly made: MadeKey; readonly page: Page; readonly context: BrowserContext }>;
  close(): Promise<void>;
};
type MadeKey = { readonly id: string; readonly key: string };

type Prompt = { readonly request: Readonly<Record<string, unknown>> };

const PRIORITIES = ['cheap', 'balanced', 'best', 'balanced'];

export type DashboardSettings = {
  /** How many are asked before anybody looks. */
  readonly requests: number;
  readonly env?: Readonly<Record<string, string>>;
};

export async function openDashboard(chromium: string, { requests, env = {} }: DashboardSettings): Promise<Dashboard> {
  buildOnce();
  const system = await startSystem({ env });
  const browser = await openBrowser(chromium);
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${system.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${system.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  await askMany(ask, requests);
  const token = /\/sign-in#(\S+)/.exec(system.output())?.[1] ?? '';
  let state: Awaited<ReturnType<BrowserContext['storageState']>> | undefined;
  return {
    system,
    browser,
    ask,
    async open({ width, scheme }) {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme: scheme,
        timezoneId: 'Europe/Berlin',
        ...(state ? { storageState: state } : {}),
      });
      const watched = await openWatched(context, system.url);
      if (!state) {
        await watched.page.goto(`${system.url}/sign-in#${token}`);
        await watched.page.getByRole('heading', { name: 'Overview' }).waitFor();
        state = await context.storageState();
      }
      return { ...watched, context };
    },
    signInAnew: () => signInAnew(system.url, browser, ask),
    async close() {
      await browser.close();
      await system.stop();
      removeDataDir(system.dataDir);
    },
  };
}

async function signInAnew(url: string, browser: Browser, ask: Dashboard['ask']) {
  const { org } = await ask<{ org: { id: string } }>('/v1/account');
  const made = await ask<MadeKey>('/v1/admin/keys', { org_id: org.id });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('API key').fill(made.key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  return { made, page, context };
}

let isBuilt = false;
function buildOnce(): void {
  if (!isBuilt && !buildPage(resolve('.'))) throw new Error('the page could not be built');
  isBuilt = true;
}

/** Real prompts of every kind, and then until the read models have seen them all. */
async function askMany(ask: Dashboard['ask'], count: number): Promise<void> {
  const prompts = readFileSync('test/fixtures/prompts/build.jsonl', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Prompt);
  for (let index = 0; index < count; index++) {
    const { request } = prompts[(index * 7) % prompts.length] ?? { request: {} };
    await ask('/v1/chat', { ...request, priority: PRIORITIES[index % PRIORITIES.length] });
  }
  await until(async () => (await ask<{ total_requests: number }>('/v1/usage')).total_requests >= count, {
    within: 20_000,
    what: 'the read models',
  });
}

/** Call inside `describe`: one dashboard for that suite; without Chromium its tests are skipped, with the reason printed. */
export function useDashboard(settings: () => DashboardSettings | Promise<DashboardSettings>): () => Dashboard {
  let dashboard: Dashboard | undefined;
  before(async function () {
    this.timeout(120_000);
    const chromium = findChromium();
    if (chromium === undefined) {
      process.stdout.write('  skipped: there is no Chromium in /usr/bin (apt-get install chromium)\n');
      this.skip();
    }
    dashboard = await openDashboard(chromium, await settings());
  });
  after(async function () {
    this.timeout(30_000);
    await dashboard?.close();
  });
  return () => {
    if (!dashboard) throw new Error('the dashboard of this suite is not open: use it inside a test or a hook');
    return dashboard;
  };
}
