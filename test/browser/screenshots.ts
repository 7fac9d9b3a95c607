// `npm run screenshots`: the three pictures of README, taken of a router that has just answered real requests.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BOUNDS, OVERHEAD_UNITS } from '../../src/domain/histogram.ts';
import { openPostgres } from '../../src/platform/postgres.ts';
import { type Look, findChromium, settle } from '../support/browser.ts';
import { type Dashboard, openDashboard } from '../support/dashboard.ts';
import { silentLogger } from '../support/logger.ts';

type List = { readonly data: readonly { readonly request_id: string; readonly model: string | null }[] };
type Picture = { readonly name: string; readonly path: string; readonly look: Look; readonly height: number };

const FOLDER = resolve('docs/images');
const REQUESTS = 240;
const LIGHT: Look = { width: 1280, scheme: 'light' };
const DARK: Look = { width: 1280, scheme: 'dark' };

const histogramOf = (times: string): string =>
  `(select coalesce(jsonb_object_agg(bucket, n), '{}') from
     (select width_bucket(ms, $1::float8[]) as bucket, count(*) as n from unnest(${times}) ms where ms is not null group by 1) counted)`;
/** Hours follow their requests. */
const ADD_UP = `
  with hours as (
    select org_id, date_trunc('hour', created_at, 'UTC') as hour, coalesce(provider || '/' || model_used, 'none') as model, task_type,
      count(*) as requests, count(*) filter (where outcome = 'failed') as errors, coalesce(sum(tokens), 0) as tokens,
      coalesce(sum(cost), 0) as cost, coalesce(sum(baseline_cost_usd), 0) as baseline, coalesce(sum(savings_usd), 0) as savings,
      coalesce(jsonb_object_agg(baseline_model, 1) filter (where baseline_model is not null), '{}') as baselines,
      array_agg(latency_ms::float8) as latencies, array_agg(overhead_ms::float8 * ${OVERHEAD_UNITS}) as overheads,
      array_agg(first_token_ms::float8) as first_tokens
    from requests where outcome <> 'routed' group by 1, 2, 3, 4)
  insert into usage_hourly
  select org_id, hour, model, task_type, requests, errors, tokens, cost, baseline, savings, baselines,
    ${histogramOf('latencies')}, ${histogramOf('overheads')}, ${histogramOf('first_tokens')} from hours`;

/** All were asked within seconds: the read models' times are spread over a day, so that a chart over time has something to show. */
async function spreadOverDay(connectionString: string): Promise<void> {
  const postgres = openPostgres({ connectionString, applicationName: 'screenshots', max: 1, logger: silentLogger });
  try {
    await postgres.query(
      `update requests set created_at = created_at - interval '23 hours' *
         power(('x' || substr(md5(id::text), 1, 4))::bit(16)::int / 65535.0, 0.8)`,
    );
    await postgres.query('delete from usage_hourly');
    await postgres.query(ADD_UP, [BOUNDS]);
  } finally {
    await postgres.close();
  }
}

async function take(dashboard: Dashboard, { name, path, look, height }: Picture): Promise<void> {
  const { page, context } = await dashboard.open(look);
  await page.setViewportSize({ width: look.width, height });
  await page.goto(`${dashboard.system.url}${path}`);
  await settle(page);
  await page.waitForLoadState('load');
  // The charts' own script comes last.
  if (name === 'overview') await page.locator('.recharts-surface').first().waitFor();
  await page.getByText('Replay again').or(page.locator('.card')).first().waitFor();
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
  process.stdout.write(`docs/images/${name}.png\n`);
  await context.close();
}

const chromium = findChromium();
if (chromium === undefined) throw new Error('there is no Chromium in /usr/bin: apt-get install chromium');
mkdirSync(FOLDER, { recursive: true });
const dashboard = await openDashboard(chromium, { requests: REQUESTS });
try {
  await spreadOverDay(dashboard.system.databaseUrl);
  const { data } = await dashboard.ask<List>('/v1/requests?task_type=coding&limit=20');
  const shown = data.find(({ model }) => model !== null) ?? data[0];
  const pictures: readonly Picture[] = [
    { name: 'overview', path: '/?range=24h', look: LIGHT, height: 980 },
    { name: 'request', path: `/requests/${shown?.request_id ?? ''}`, look: LIGHT, height: 1_000 },
    { name: 'what-if', path: '/what-if?normal=70-10-20&fast=30-40-30&quality=5-10-40', look: DARK, height: 900 },
  ];
  for (const picture of pictures) await take(dashboard, picture);
} finally {
  await dashboard.close();
}
