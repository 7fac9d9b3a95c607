// Secrets stay where they belong: everything runs with marked keys, passwords, prompts and answers, against vendors that even echo our
// key and a rating feed that echoes its own; then all output, all answers, all metrics, all tables and all files are searched for the marks.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before } from 'mocha';
import { createApiKey } from '../../src/accounts/accounts.ts';
import { PROVIDERS } from '../../src/domain/catalog.ts';
import { createRandom, systemClock } from '../../src/platform/clock.ts';
import { setUp } from '../../src/setup.ts';
import { type FaultProvider, openFaultProvider } from '../support/faultProvider.ts';
import { DEV_PATH, type FeedServer, RATINGS_PATH, WEBHOOK_PATH, openFeedServer } from '../support/feedServer.ts';
import { silentLogger } from '../support/logger.ts';
import { type TestDatabase, openTestDatabase } from '../support/postgres.ts';
import { type Spawned, spawnScript } from '../support/spawned.ts';
import { until } from '../support/until.ts';

const random = createRandom(systemClock);
const PROMPT = 'MARKED-PROMPT-5f1c';
const ANSWER = 'MARKED-ANSWER-77ab';
const keyOf = (name: string) => `MARKED-VENDOR-KEY-${name}`;
const RATING_KEY = 'MARKED-RATING-KEY-91d2';
const WEBHOOK_SECRET = 'MARKED-WEBHOOK-SECRET-3e44';
const MODEL = 'openai/gpt-5.4-mini';
const body = { messages: [{ role: 'user', content: PROMPT }], model: MODEL };

type Init = { readonly method?: string; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

describe('secrets', function () {
  this.timeout(120_000);
  let database: TestDatabase & { close(): Promise<void> };
  let fault: FaultProvider;
  let folder = '';
  let url = '';
  let key = '';
  const processes: Spawned[] = [];
  const answers: string[] = [];
  const secrets: string[] = [...PROVIDERS.map(keyOf), RATING_KEY, WEBHOOK_SECRET];
  let feeds: FeedServer;

  const ask = async (path: string, init: Init = {}): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers },
    });
    const text = await response.text();
    return { status: response.status, text: `${JSON.stringify([...response.headers])}\n${text}` };
  };
  const told = async (path: string, init?: Init): Promise<number> => {
    const { status, text } = await ask(path, init);
    answers.push(text);
    return status;
  };
  const post = (path: string, sent: unknown, headers: Record<string, string> = {}) =>
    told(path, { method: 'POST', body: typeof sent === 'string' ? sent : JSON.stringify(sent), headers });

  before(async () => {
    database = await openTestDatabase();
    fault = await openFaultProvider();
    feeds = await openFeedServer();
    feeds.answers.set(RATINGS_PATH, ({ headers }) => ({
      status: 401,
      body: { error: `Incorrect API key provided: ${String(headers['x-api-key'])}` },
    }));
    feeds.answers.set(WEBHOOK_PATH, { body: {} });
    folder = mkdtempSync(join(tmpdir(), 'omni-secrets-'));
    const { connectionString: databaseUrl, postgres } = database;
    const password = new URL(databaseUrl).password;
    if (password !== '') secrets.push(password);
    await setUp({ databaseUrl, eventStoreUrl: undefined, logger: silentLogger, clock: systemClock, random });
    ({ key } = await createApiKey(
      { postgres, clock: systemClock, random },
      { org: 'secretive', by: 'test', scopes: ['chat', 'read', 'admin'] },
    ));
    // The prefix is how a key is called; what follows it is the secret.
    secrets.push(key.slice(12));
    const vendors = PROVIDERS.flatMap((name) => [
      [`${name.toUpperCase()}_API_KEY`, keyOf(name)],
      [`${name.toUpperCase()}_BASE_URL`, fault.baseUrls[name]],
    ]);
    const env = {
      PORT: '0',
      DATABASE_URL: databaseUrl,
      OMNI_DATA_DIR: folder,
      LOG_LEVEL: 'debug',
      MODELS_DEV_URL: `${feeds.url}${DEV_PATH}`,
      ARTIFICIALANALYSIS_BASE_URL: feeds.places.artificialAnalysis.baseUrl,
      ARTIFICIALANALYSIS_API_KEY: RATING_KEY,
      ALERT_WEBHOOK_URL: `${feeds.url}${WEBHOOK_PATH}`,
      ALERT_WEBHOOK_SECRET: WEBHOOK_SECRET,
      ...Object.fromEntries(vendors),
    };
    for (const script of ['src/main.ts', 'projections/main.ts', 'workers/main.ts'])
      processes.push(spawnScript(script, [], { env }));
    const [web] = processes;
    if (!web) throw new Error('no web process');
    [, url = ''] = await web.seen(/listening.*"url":"([^"]+)"/, 60_000);
    await processes[2]?.seen(/working/, 60_000);
  });
  after(async () => {
    for (const one of processes) one.kill('SIGKILL');
    await Promise.all(processes.map((one) => one.ended()));
    rmSync(folder, { recursive: true, force: true });
    await fault.close();
    await feeds.close();
    await database.close();
  });

  it('are nowhere in output, answers, metrics, tables, files or process titles', async () => {
    const leaky = {
      error: { message: `Incorrect API key provided: ${keyOf('openai')}. ${PROMPT}`, type: 'x', code: 'y' },
    };
    const good = {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'served',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: ANSWER } }],
      usage: { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28 },
    };
    fault.script('openai', { body: good });
    expect(await post('/v1/chat', body)).to.equal(200);
    expect(answers.pop()).to.include(ANSWER);
    await post('/v1/chat', body, { 'idempotency-key': 'once' });
    answers.pop();
    for (const status of [400, 401, 500]) {
      fault.script('openai', { status, body: leaky, headers: { 'x-leak': keyOf('openai') } });
      expect(await post('/v1/chat', body)).to.be.within(400, 599);
      await post('/v1/chat/completions', { ...body, stream: true });
      await post('/v1/messages', { ...body, max_tokens: 9 });
    }
    fault.script('openai', { body: `<html>${keyOf('openai')} ${PROMPT}</html>` });
    await post('/v1/chat', body);
    fault.script('openai', { reset: true });
    await post('/v1/chat', body);
    await post('/v1/chat', `{"messages": "${PROMPT}", "broken`);
    await post('/v1/chat', { ...body, priority: 'nonsense', api_key: keyOf('openai') });
    await post('/v1/router/debug', body);
    await post('/v1/session', { api_key: `${key.slice(0, -2)}xx` });
    for (const path of [
      '/health',
      '/ready',
      '/metrics',
      '/v1/models',
      '/v1/usage',
      '/v1/requests',
      '/v1/account',
      '/v1/admin/jobs',
      '/openapi.json',
    ])
      expect(await told(path), path).to.equal(200);
    await told(`/v1/models?api_key=${key}`);
    await told(`/nowhere?token=${key}&p=${PROMPT}`);
    await told('/v1/models', { headers: { authorization: `Bearer ${key.slice(0, -3)}xyz` } });
    await told('/v1/admin/keys');
    const made = await ask('/v1/admin/keys', { method: 'POST', body: JSON.stringify({ org_id: await orgOf() }) });
    const shown = /"key":"(omr_[^"]+)"/.exec(made.text)?.[1] ?? '';
    expect(shown).to.match(/^omr_/);
    secrets.push(shown.slice(12));
    await told('/v1/admin/keys');

    // The rating feed was asked when the worker started, and its refusal was told.
    await until(() => posts().some((post) => post.includes('artificialanalysis: answered 401')), {
      within: 30_000,
      what: 'the alert of the rating feed',
    });
    expect(feeds.asked.find(({ path }) => path.startsWith(RATINGS_PATH))?.headers['x-api-key']).to.equal(RATING_KEY);

    // Everything has come to its end: rows are there, and the outbox was carried to the log.
    await until(
      async () => {
        const { rows } = await database.postgres.query<{ done: boolean }>(
          `select (select count(*) from requests where completed_at is null) = 0
             and (select count(*) from requests) > 10
             and not exists (select from admin_outbox where appended_at is null) as done`,
        );
        return rows[0]?.done;
      },
      { within: 30_000, what: 'the rows' },
    );
    const tables = await dumpAll(database.postgres);
    const places: Record<string, string> = {
      answers: answers.join('\n'),
      'posted alerts': posts().join('\n'),
      ...Object.fromEntries(processes.map((one, index) => [`output ${index}`, one.printed()])),
      ...Object.fromEntries(processes.map(({ pid }) => [`title ${pid}`, readFileSync(`/proc/${pid}/cmdline`, 'utf8')])),
      ...Object.fromEntries(tables),
      ...filesOf(folder),
    };
    expect(tables.size).to.be.greaterThan(20);
    const found = Object.entries(places).flatMap(([place, text]) =>
      [...secrets, PROMPT, ANSWER].filter((mark) => text.includes(mark)).map((mark) => `${mark} in ${place}`),
    );
    // What came with an Idempotency-Key is kept for a day: the answer, in its own table, and not the prompt.
    expect(found).to.deep.equal([`${ANSWER} in public.kept_answers`]);
  });

  /** What the webhook got, headers too. */
  const posts = () =>
    feeds.asked
      .filter(({ path }) => path === WEBHOOK_PATH)
      .map(({ headers, body: posted }) => `${JSON.stringify(headers)} ${posted}`);

  async function orgOf(): Promise<string> {
    const { rows } = await database.postgres.query<{ id: string }>('select id from orgs limit 1');
    return rows[0]?.id ?? '';
  }
});

/** Every row of every table of every schema as text; bytes as the text that they are. */
async function dumpAll(postgres: TestDatabase['postgres']): Promise<Map<string, string>> {
  const { rows } = await postgres.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')`,
  );
  const dump = new Map<string, string>();
  for (const { name } of rows) {
    const { rows: lines } = await postgres.query<{ line: string }>(`select t::text as line from ${name} t`);
    const text = lines.map(({ line }) => line).join('\n');
    const bytes = [...text.matchAll(/\\x([0-9a-f]{8,})/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString());
    dump.set(name, [text, ...bytes].join('\n'));
  }
  return dump;
}

function filesOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]),
  );
}
