// The web process: opens what it needs in order, listens, and closes all of it in reverse.
import { join } from 'node:path';
import { createAuthenticator } from './accounts/authenticate.ts';
import { openAllowances } from './accounts/allowances.ts';
import { createCapturedContent } from './accounts/capturedContent.ts';
import { type Limiter, openLimiter } from './accounts/limiter.ts';
import { createSessions } from './accounts/sessions.ts';
import { createKeptAnswers } from './accounts/keptAnswers.ts';
import { createLastUsed } from './accounts/lastUsed.ts';
import { createApp } from './api/app.ts';
import { createHttpServer } from './api/httpServer.ts';
import { createFailedAuth } from './api/middleware/failedAuth.ts';
import type { Env } from './config/env.ts';
import type { ProviderName } from './domain/catalog.ts';
import type { EventStore } from './eventstore/eventStore.ts';
import { openEventStore } from './eventstore/open.ts';
import { openRecorder } from './eventstore/recorder.ts';
import { openSpool } from './eventstore/spool.ts';
import { describeSpoolOwner } from './eventstore/spoolOwner.ts';
import { countRecorded } from './gateway/countRecorded.ts';
import { NOT_ITS_FAULT } from './gateway/health.ts';
import { type OpenGateway, openGateway } from './gateway/openGateway.ts';
import { type Clock, type Random, createRandom, systemClock } from './platform/clock.ts';
import { ensureWritable } from './platform/ensureWritable.ts';
import { listen } from './platform/listen.ts';
import type { Lifecycle } from './platform/lifecycle.ts';
import type { Logger } from './platform/logger.ts';
import { type Metrics, createMetrics } from './platform/metrics.ts';
import { requireMigrated } from './platform/migrations.ts';
import { type Postgres, openPostgres } from './platform/postgres.ts';
import { watchJobs } from './readmodels/jobMetrics.ts';
import { readHealthFigures } from './readmodels/healthFigures.ts';
import { openProviders } from './providers/registry.ts';
import { openSimulatedProviders } from './providers/simulated.ts';
import { createLazyQueue } from './queue/lazyQueue.ts';
import { checkReadModels } from './readmodels/checkReadModels.ts';
import { loadModelsFile } from './config/load.ts';
import { CONFIG_FILES, MIGRATIONS } from './setup.ts';
import { requireDatabase, runMain } from './runMain.ts';
import { createHistory } from './replay/history.ts';
import { watchProjectionLag } from './readmodels/lagMetrics.ts';

const PAGE_FOLDER = join('dist', 'dashboard');
const SPOOL_BYTES = 512 * 1024 * 1024;

type Serving = {
  readonly env: Env;
  readonly gateway: OpenGateway;
  readonly store: EventStore;
  readonly limiter: Limiter;
  readonly metrics: Metrics;
  readonly postgres: Postgres;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
};

async function openWeb(env: Env, lifecycle: Lifecycle, logger: Logger): Promise<void> {
  const clock = systemClock;
  const random = createRandom(clock);
  const databaseUrl = requireDatabase(env);
  await requireMigrated({ databaseUrl, eventStoreUrl: env.eventStoreUrl, directory: MIGRATIONS, logger });
  const spoolFolder = join(env.dataDir, 'spool');
  ensureWritable(spoolFolder, 'OMNI_DATA_DIR');

  const postgres = openPostgres({ connectionString: databaseUrl, applicationName: 'omni-web', logger });
  lifecycle.own('the database pool', () => postgres.close());
  const store = openEventStore({ url: env.eventStoreUrl, databaseUrl, applicationName: 'omni-web', clock, logger });
  lifecycle.own('the event log', () => store.close());
  const spool = await openSpool({
    directory: spoolFolder,
    owner: describeSpoolOwner(),
    maxBytes: SPOOL_BYTES,
    clock,
    logger,
  });
  const { alerts } = loadModelsFile(CONFIG_FILES.models);
  const metrics = createMetrics({
    withProcess: true,
    onUnreadable: (name, error) => logger.debug('a metric could not be read', { name, error }),
  });
  watchProjectionLag(postgres, metrics);
  watchJobs(postgres, metrics);
  const recorder = countRecorded(openRecorder({ store, spool, clock, random, logger }), metrics);
  lifecycle.own('the recorder', () => recorder.close());
  const { providers, simulated } = await openConfiguredProviders(env, lifecycle, clock);
  const limiter = openLimiter({ redisUrl: env.redisUrl, logger, clock });
  lifecycle.own('the limiter', () => limiter.close());
  const hasRatingKey = env.artificialAnalysis.apiKey !== undefined;
  const allowances = openAllowances({ postgres, limiter, clock, logger });
  lifecycle.own('the allowances', () => allowances.close());
  const gateway = await openGateway({
    store,
    recorder,
    metrics,
    simulated,
    clock,
    random,
    logger,
    providers: providers.byName,
    process: random.uuid(),
    sharedFigures: (since) => readHealthFigures(postgres, { since: new Date(since), blameless: NOT_ITS_FAULT }),
    checks: () => checkReadModels(postgres, { alerts, hasRatingKey }, clock.now()),
    allowances,
  });
  lifecycle.own('the gateway', () => gateway.close());
  await serve({ env, gateway, store, limiter, metrics, postgres, lifecycle, logger, clock, random });
}

async function serve({
  env,
  gateway,
  store,
  limiter,
  metrics,
  postgres,
  lifecycle,
  logger,
  clock,
  random,
}: Serving): Promise<void> {
  const authenticator = createAuthenticator(postgres, clock);
  const jobs = createLazyQueue({ redisUrl: env.redisUrl, databaseUrl: requireDatabase(env), logger });
  lifecycle.own('the job queue', () => jobs.close());
  const content = createCapturedContent({ postgres, clock, logger });
  lifecycle.own('the captured content', () => content.close());
  const app = createApp({
    gateway,
    history: createHistory(store),
    store,
    metrics,
    stopping: lifecycle.stopping,
    authenticator,
    sessions: createSessions({ postgres, clock, random }),
    jobs,
    pageFolder: PAGE_FOLDER,
    limiter,
    rateLimit: env.rateLimit,
    postgres,
    clock,
    random,
    logger,
    corsOrigins: env.corsOrigins,
    trustProxy: env.trustProxy,
    failedAuth: createFailedAuth(clock),
    content,
    keptAnswers: createKeptAnswers({ postgres, clock }),
    lastUsed: createLastUsed({ postgres, clock, logger }),
  });
  const server = createHttpServer(app, random);
  const url = await listen(server, env.host, env.port);
  lifecycle.own('the HTTP server', async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await gateway.drain(env.shutdownGraceMs);
    server.closeIdleConnections();
    await closed;
  });
  logger.info('listening', { url, simulated: gateway.simulated });
  process.send?.({ type: 'ready', url, simulated: gateway.simulated });
}

async function openConfiguredProviders(env: Env, lifecycle: Lifecycle, clock: Clock) {
  const now = () => clock.now();
  const configured = Object.values(env.providers).some(({ apiKeys }) => apiKeys.length > 0);
  if (configured) {
    const providers = openProviders(env.providers, now, env.imageNetworks);
    lifecycle.own('the providers', () => providers.close());
    return { providers, simulated: false };
  }
  const simulated = await openSimulatedProviders();
  lifecycle.own('the simulated providers', () => simulated.close());
  const settingsOf = (name: ProviderName) => ({ apiKeys: ['simulated'], baseUrl: simulated.baseUrls[name] });
  const settings: Env['providers'] = {
    openai: settingsOf('openai'),
    anthropic: settingsOf('anthropic'),
    google: settingsOf('google'),
    openrouter: settingsOf('openrouter'),
    groq: settingsOf('groq'),
  };
  const providers = openProviders(settings, now, env.imageNetworks);
  lifecycle.own('the providers', () => providers.close());
  return { providers, simulated: true };
}

await runMain('web', openWeb, [() => loadModelsFile(CONFIG_FILES.models)]);
