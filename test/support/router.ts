// The whole web process in this one, on a port of its own: real Postgres, log, spool, gateway and HTTP, as src/main.ts opens them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'mocha';
import { type CreatedKey, createApiKey } from '../../src/accounts/accounts.ts';
import { createAuthenticator } from '../../src/accounts/authenticate.ts';
import { createCapturedContent } from '../../src/accounts/capturedContent.ts';
import { createSessions } from '../../src/accounts/sessions.ts';
import { createKeptAnswers } from '../../src/accounts/keptAnswers.ts';
import { createLastUsed } from '../../src/accounts/lastUsed.ts';
import { createApp } from '../../src/api/app.ts';
import { type ServerTimes, createHttpServer } from '../../src/api/httpServer.ts';
import { createFailedAuth } from '../../src/api/middleware/failedAuth.ts';
import type { ApiTools } from '../../src/api/tools.ts';
import { openAllowances } from '../../src/accounts/allowances.ts';
import { openLimiter } from '../../src/accounts/limiter.ts';
import { type RawEnv, loadEnv } from '../../src/config/env.ts';
import { PROVIDERS, type ProviderName } from '../../src/domain/catalog.ts';
import { type DomainEvent, POLICY_STREAM, requestStream } from '../../src/domain/events.ts';
import { foldPolicy } from '../../src/domain/foldCatalog.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { appendChanges } from '../../src/eventstore/appendChanges.ts';
import { openEvent } from '../../src/eventstore/codec.ts';
import { type EventStore, StoreUnavailableError } from '../../src/eventstore/eventStore.ts';
import { openEventStore } from '../../src/eventstore/open.ts';
import { type Recorder, openRecorder } from '../../src/eventstore/recorder.ts';
import { openSpool } from '../../src/eventstore/spool.ts';
import { describeSpoolOwner } from '../../src/eventstore/spoolOwner.ts';
import { countRecorded } from '../../src/gateway/countRecorded.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { type OpenGateway, openGateway } from '../../src/gateway/openGateway.ts';
import { createRandom, isoTime, systemClock } from '../../src/platform/clock.ts';
import { ensureWritable } from '../../src/platform/ensureWritable.ts';
import { listen } from '../../src/platform/listen.ts';
import { type Metrics, createMetrics } from '../../src/platform/metrics.ts';
import { type Postgres, openPostgres } from '../../src/platform/postgres.ts';
import { openProviders } from '../../src/providers/registry.ts';
import { openSimulatedProviders } from '../../src/providers/simulated.ts';
import { watchJobs } from '../../src/readmodels/jobMetrics.ts';
import { watchProjectionLag } from '../../src/readmodels/lagMetrics.ts';
import { createHistory } from '../../src/replay/history.ts';
import { createLazyQueue } from '../../src/queue/lazyQueue.ts';
import { setUp } from '../../src/setup.ts';
import { type LoggedLine, createRecordingLogger } from './logger.ts';
import { openTestDatabase } from './postgres.ts';

const clock = systemClock;
const random = createRandom(clock);

export type RouterOptions = {
  /** Where the vendors are; none = the simulated ones. */
  readonly providers?: { readonly baseUrls: Readonly<Record<ProviderName, string>> };
  readonly env?: RawEnv;
  /** False leaves catalog and policy out. */
  readonly withCatalog?: boolean;
  /** Where the built web page is. */
  readonly pageFolder?: string;
  readonly mostInFlight?: number;
  readonly streamTimes?: ApiTools['streamTimes'];
  readonly serverTimes?: ServerTimes;
  /** By what address the router reaches its database, when not directly. */
  readonly through?: (databaseUrl: string) => string;
  /** Published over the one in config/routing.yaml. */
  readonly policy?: (policy: Policy) => Policy;
  /** What the API gets in place of the gateway. */
  readonly wrapGateway?: (gateway: Gateway) => Gateway;
};
export type Reply = { readonly status: number; readonly headers: Headers; readonly body: Json };
/** A JSON answer, for tests that look into it: every member is one again, whatever it really is. */
export type Json = { readonly [name: string]: Json | undefined; readonly [Symbol.iterator]: () => Iterator<Json> };
export type Send = {
  readonly method?: string;
  readonly body?: unknown;
  /** Null = none is sent. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};
export type TestRouter = CreatedKey & {
  readonly url: string;
  readonly connectionString: string;
  readonly dataDir: string;
  readonly postgres: Postgres;
  readonly store: EventStore;
  readonly recorder: Recorder;
  readonly metrics: Metrics;
  readonly gateway: OpenGateway;
  readonly logged: readonly LoggedLine[];
  /** While true, every append to the log fails. */
  readonly log: { away: boolean };
  /** Sends over real HTTP; a body makes it a POST. */
  send(path: string, options?: Send): Promise<Reply>;
  createKey(scopes: readonly string[], org?: string): Promise<CreatedKey>;
  eventsOf(requestId: string): Promise<DomainEvent[]>;
  close(): Promise<void>;
};

export async function openTestRouter(options: RouterOptions = {}): Promise<TestRouter> {
  const logger = createRecordingLogger();
  const database = await openTestDatabase();
  const { connectionString: directUrl } = database;
  const databaseUrl = options.through?.(directUrl) ?? directUrl;
  const postgres = options.through
    ? openPostgres({ connectionString: databaseUrl, applicationName: 'test', logger })
    : database.postgres;
  const dataDir = mkdtempSync(join(tmpdir(), 'omni-router-'));
  const simulated = options.providers ? undefined : await openSimulatedProviders();
  const env = loadEnv({
    ...vendorSettings((options.providers ?? simulated)?.baseUrls),
    DATABASE_URL: databaseUrl,
    OMNI_DATA_DIR: dataDir,
    RATE_LIMIT_MAX: '100000',
    ...options.env,
  });
  if (options.withCatalog !== false) await setUp({ databaseUrl, eventStoreUrl: undefined, logger, clock, random });

  const log = { away: false };
  const store = breakable(openEventStore({ url: undefined, databaseUrl, applicationName: 'test', clock, logger }), log);
  if (options.policy) await publish(store, options.policy);
  const directory = join(dataDir, 'spool');
  ensureWritable(directory, 'OMNI_DATA_DIR');
  const spool = await openSpool({ directory, owner: describeSpoolOwner(), maxBytes: 64 * 1024 * 1024, clock, logger });
  const metrics = createMetrics();
  watchProjectionLag(postgres, metrics);
  watchJobs(postgres, metrics);
  const recorder = countRecorded(openRecorder({ store, spool, clock, random, logger, checkEvents: true }), metrics);
  const providers = openProviders(env.providers, () => clock.now(), env.imageNetworks);
  const limiter = openLimiter({ logger, clock, redisUrl: env.redisUrl });
  const allowances = openAllowances({ postgres, limiter, clock, logger });
  const gateway = await openGateway({
    store,
    recorder,
    metrics,
    clock,
    random,
    logger,
    providers: providers.byName,
    simulated: simulated !== undefined,
    process: random.uuid(),
    checks: async () => ({ problems: [], details: {} }),
    allowances,
    ...(options.mostInFlight === undefined ? {} : { mostInFlight: options.mostInFlight }),
  });
  const stop = new AbortController();
  const jobs = createLazyQueue({ redisUrl: undefined, databaseUrl, logger });
  const app = createApp({
    gateway: options.wrapGateway?.(gateway) ?? gateway,
    history: createHistory(store),
    store,
    metrics,
    stopping: stop.signal,
    authenticator: createAuthenticator(postgres, clock),
    sessions: createSessions({ postgres, clock, random }),
    jobs,
    pageFolder: options.pageFolder ?? join('dist', 'dashboard'),
    limiter,
    rateLimit: env.rateLimit,
    postgres,
    clock,
    random,
    logger,
    ...(options.streamTimes ? { streamTimes: options.streamTimes } : {}),
    corsOrigins: env.corsOrigins,
    trustProxy: env.trustProxy,
    failedAuth: createFailedAuth(clock),
    content: createCapturedContent({ postgres, clock, logger }),
    keptAnswers: createKeptAnswers({ postgres, clock }),
    lastUsed: createLastUsed({ postgres, clock, logger }),
  });
  const server = createHttpServer(app, random, options.serverTimes);
  const url = await listen(server, '127.0.0.1', 0);
  const createKey = (scopes: readonly string[], org = 'test') =>
    createApiKey({ postgres, clock, random }, { org, by: 'test', scopes });
  const created = await createKey(['chat', 'read']);

  return {
    ...created,
    url,
    connectionString: databaseUrl,
    dataDir,
    postgres,
    store,
    recorder,
    metrics,
    gateway,
    logged: logger.lines,
    log,
    createKey,
    send: (path, sent) => send(`${url}${path}`, { key: created.key, ...sent }),
    async eventsOf(requestId) {
      const events: DomainEvent[] = [];
      for await (const event of store.readStream(requestStream(requestId))) events.push(openEvent(event));
      return events;
    },
    async close() {
      stop.abort();
      await gateway.drain(1_000);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await gateway.close();
      await jobs.close();
      await allowances.close();
      await limiter.close();
      await providers.close();
      await recorder.close();
      await store.close();
      await simulated?.close();
      if (options.through) await postgres.close();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function publish(store: EventStore, change: (policy: Policy) => Policy): Promise<void> {
  await appendChanges({ store, clock, random }, POLICY_STREAM, (events) => {
    const before = foldPolicy(events);
    if (!before) throw new Error('setup publishes a policy');
    const data = { policy: change(before.policy), at: isoTime(clock.now()), by: 'test' };
    return [{ type: 'PolicyPublished', data }];
  });
}

/** For a suite whose failures are many: what one test breaks, the next one needs. */
export function withoutBreakers(policy: Policy): Policy {
  return { ...policy, breaker: { ...policy.breaker, minSamples: 1_000_000 } };
}

/** Call inside `describe`: one router for that suite. */
export function useRouter(options: () => RouterOptions | Promise<RouterOptions> = () => ({})): () => TestRouter {
  let router: TestRouter | undefined;
  before(async function () {
    this.timeout(40_000);
    router = await openTestRouter(await options());
  });
  after(async function () {
    this.timeout(20_000);
    await router?.close();
  });
  return () => {
    if (!router) throw new Error('the router of this suite is not open: use it inside a test or a hook');
    return router;
  };
}

function vendorSettings(baseUrls: Readonly<Record<ProviderName, string>> | undefined): RawEnv {
  return Object.fromEntries(
    PROVIDERS.flatMap((name) => [
      [`${name.toUpperCase()}_API_KEY`, `${name}-test-key`],
      [`${name.toUpperCase()}_BASE_URL`, baseUrls?.[name]],
    ]),
  );
}

function breakable(store: EventStore, log: { away: boolean }): EventStore {
  return {
    append: async (stream, events, expected) => {
      if (log.away) throw new StoreUnavailableError('the log is away in this test');
      return await store.append(stream, events, expected);
    },
    readStream: (stream, options) => store.readStream(stream, options),
    subscribe: (after, categories, signal) => store.subscribe(after, categories, signal),
    head: () => store.head(),
    close: () => store.close(),
  };
}

async function send(url: string, { method, body, key, headers, signal }: Send): Promise<Reply> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(key === null || key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as Json };
}

/** @throws TypeError when it is no text */
export function textOf(value: Json | undefined): string {
  const found: unknown = value;
  if (typeof found !== 'string') throw new TypeError(`found ${JSON.stringify(found)} where a text belongs`);
  return found;
}
