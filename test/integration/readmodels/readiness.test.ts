// What `/ready` hears of feeds: stale data degrades, and says by how much.
import { expect } from 'chai';
import { ModelsFile } from '../../../src/config/schema.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { checkReadModels } from '../../../src/readmodels/checkReadModels.ts';
import { watchJobs } from '../../../src/readmodels/jobMetrics.ts';
import { useDatabase } from '../../support/postgres.ts';

const { alerts } = ModelsFile.parse({ models: [] });

describe('the readiness of the read models', () => {
  const database = useDatabase();

  it('is degraded by a price feed that was not read for two days, though another one was, and tells the age of each feed', async () => {
    const { postgres } = database;
    const at = Date.UTC(2026, 10, 25, 8);
    await postgres.query(
      `insert into feed_readings (id, source, url, fetched_at, state) values
         (gen_random_uuid(), 'openrouter', 'u', $1, 'taken'), (gen_random_uuid(), 'openrouter', 'u', $2, 'refused'),
         (gen_random_uuid(), 'models_dev', 'u', $2, 'taken')`,
      [new Date(at - 49 * 3_600_000), new Date(at)],
    );
    await postgres.query(
      `insert into models (id, provider, model_name, strengths, benchmark_scores, last_synced_at, data_source, deprecated, enabled, details)
       values (gen_random_uuid(), 'openai', 'one', '[]', '{}', $1, 'seed', false, true, '{"openrouterId": "openai/one"}')`,
      [new Date(at)],
    );
    const stale = await checkReadModels(postgres, { alerts, hasRatingKey: false }, at);
    expect(stale.problems).to.deep.equal(['prices of openrouter were last read 49 h ago (limit 48 h)']);
    expect(stale.details['feeds']).to.deep.equal([
      { source: 'models_dev', as_of: '2026-11-25T08:00:00.000Z', age_sec: 0 },
      { source: 'openrouter', as_of: '2026-11-23T07:00:00.000Z', age_sec: 49 * 3_600 },
    ]);
    const fresh = await checkReadModels(postgres, { alerts, hasRatingKey: false }, at - 2 * 3_600_000);
    expect(fresh.problems).to.deep.equal([]);
  });

  it('tells the age of each feed to Prometheus', async () => {
    const metrics = createMetrics();
    watchJobs(database.postgres, metrics);
    const { text } = await metrics.expose();
    expect(text).to.match(/omni_feed_age_seconds\{source="openrouter"\} -?\d+/);
  });
});
