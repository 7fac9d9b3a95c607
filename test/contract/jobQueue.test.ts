// One suite over both homes of the queue: its own schema of the main database, and Redis.
import { openTestDatabase } from '../support/postgres.ts';
import { openTestRedis, redisMissing } from '../support/redis.ts';
import { describeJobQueue } from './describeJobQueue.ts';

describeJobQueue('PostgreSQL', async () => {
  const database = await openTestDatabase();
  return { redisUrl: undefined, databaseUrl: database.connectionString, close: () => database.close() };
});

const missing = redisMissing();
if (missing === undefined || process.env['CI'] === 'true') {
  describeJobQueue('Redis', async () => {
    const redis = await openTestRedis();
    return { redisUrl: redis.url, databaseUrl: '', close: () => redis.close() };
  });
} else {
  describe('a job queue in Redis', () => {
    it.skip(`is not tested here: ${missing}`);
  });
}
