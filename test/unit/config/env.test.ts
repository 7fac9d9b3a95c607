// The environment is checked whole: every problem at once, and never the text of a secret.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/configError.ts';
import { type RawEnv, VARIABLES, loadEnv, readRawEnv } from '../../../src/config/env.ts';

function problemsOf(raw: RawEnv) {
  try {
    loadEnv(raw);
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, message: error.message };
    throw error;
  }
  return { problems: [], message: '' };
}

describe('an environment without anything in it', () => {
  const env = loadEnv({});

  it('has a default for all that is not a place or a secret', () => {
    expect(env).to.deep.include({
      port: 3000,
      host: '127.0.0.1',
      nodeEnv: 'development',
      logLevel: 'info',
      dataDir: '.omni',
      databaseUrl: undefined,
      eventStoreUrl: undefined,
      redisUrl: undefined,
      shutdownGraceMs: 25_000,
      corsOrigins: [],
      rateLimit: { max: 100, windowSec: 60 },
    });
  });

  it('knows where every provider is, and has no key for any', () => {
    expect(env.providers).to.deep.equal({
      openai: { apiKeys: [], baseUrl: 'https://api.openai.com/v1' },
      anthropic: { apiKeys: [], baseUrl: 'https://api.anthropic.com' },
      google: { apiKeys: [], baseUrl: 'https://generativelanguage.googleapis.com' },
      openrouter: { apiKeys: [], baseUrl: 'https://openrouter.ai/api/v1' },
      groq: { apiKeys: [], baseUrl: 'https://api.groq.com' },
    });
  });

  it('is frozen in every part', () => {
    const parts = [env, env.providers, env.providers.openai, env.rateLimit, env.corsOrigins, env.artificialAnalysis];
    expect(parts.every((part) => Object.isFrozen(part))).to.equal(true);
  });
});

describe('an environment with values', () => {
  it('gives them out in the units that the code works with', () => {
    const env = loadEnv({
      PORT: '0',
      SHUTDOWN_GRACE_SEC: '3',
      CORS_ORIGIN: ' https://a.example, https://b.example ,,',
      OPENAI_API_KEY: 'sk-one',
      OPENAI_BASE_URL: 'http://127.0.0.1:4010/v1//',
      EVENTSTORE_URL: 'esdb+discover://one:2113,two:2113?tls=false',
      REDIS_URL: 'rediss://cache:6380',
      DATABASE_URL: 'postgresql://user:word@db/omni',
    });
    expect(env.port).to.equal(0);
    expect(env.shutdownGraceMs).to.equal(3000);
    expect(env.corsOrigins).to.deep.equal(['https://a.example', 'https://b.example']);
    expect(env.providers.openai).to.deep.equal({ apiKeys: ['sk-one'], baseUrl: 'http://127.0.0.1:4010/v1' });
    expect(env.eventStoreUrl).to.equal('esdb+discover://one:2113,two:2113?tls=false');
    expect(env.redisUrl).to.equal('rediss://cache:6380');
    expect(env.databaseUrl).to.equal('postgresql://user:word@db/omni');
  });

  it('takes an empty one as unset', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']));
    expect(loadEnv(empty)).to.deep.equal(loadEnv({}));
  });

  it('ignores variables that are not the router’s', () => {
    expect(loadEnv({ PATH: '/bin', OPENAI_API_BASE: 'nonsense' })).to.deep.equal(loadEnv({}));
  });
});

describe('an environment that cannot be used', () => {
  it('is refused with all of its problems at once, each with what was found and what is allowed', () => {
    const { problems, message } = problemsOf({
      PORT: '70000',
      NODE_ENV: 'staging',
      LOG_LEVEL: 'loud',
      OPENAI_BASE_URL: 'ftp://x',
      RATE_LIMIT_MAX: '1.5',
    });
    expect(problems).to.deep.equal([
      { file: 'environment', path: 'PORT', found: '"70000"', allowed: 'a whole number from 0 to 65535' },
      { file: 'environment', path: 'NODE_ENV', found: '"staging"', allowed: 'development | production | test' },
      { file: 'environment', path: 'LOG_LEVEL', found: '"loud"', allowed: 'error | warn | info | debug' },
      { file: 'environment', path: 'RATE_LIMIT_MAX', found: '"1.5"', allowed: 'a whole number from 1 to 1000000' },
      {
        file: 'environment',
        path: 'OPENAI_BASE_URL',
        found: '"ftp://x"',
        allowed: 'a URL that begins with http:// or https://',
      },
    ]);
    expect(message).to.match(/^The configuration has 5 problems:\n/);
    for (const { path } of problems) expect(message).to.include(`  environment: ${path}: found `);
  });

  it('counts a single problem in the singular', () => {
    expect(problemsOf({ PORT: 'x' }).message).to.match(/^The configuration has 1 problem:\n/);
  });

  for (const text of ['-1', '1e3', ' 5', '0x10', '99999999999999999999']) {
    it(`refuses ${JSON.stringify(text)} as a port`, () => {
      expect(problemsOf({ PORT: text }).problems.map(({ path }) => path)).to.deep.equal(['PORT']);
    });
  }

  it('never shows a secret, whichever it is', () => {
    const secrets = Object.entries(VARIABLES).filter(([, variable]) => 'secret' in variable && variable.secret);
    const raw = Object.fromEntries(secrets.map(([name]) => [name, `hush hush ${name.toLowerCase()}`]));
    const { problems, message } = problemsOf(raw);
    expect(problems.map(({ path }) => path)).to.have.members(Object.keys(raw));
    expect(Object.keys(raw)).to.include.members(['OPENAI_API_KEY', 'DATABASE_URL', 'REDIS_URL']);
    expect(message).not.to.include('hush');
    expect(JSON.stringify(problems)).not.to.include('hush');
  });
});

describe('the file .env', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'omni-env-'));
  });
  afterEach(() => {
    delete process.env.OMNI_TEST_BOTH;
    rmSync(folder, { recursive: true });
  });

  it('is read, comments and quotes included, and the process’s own environment wins over it', () => {
    const file = join(folder, '.env');
    writeFileSync(file, '# a comment\nOMNI_TEST_FILE="from the file"\nOMNI_TEST_BOTH=file\n');
    process.env.OMNI_TEST_BOTH = 'process';
    const raw = readRawEnv(file);
    expect(raw.OMNI_TEST_FILE).to.equal('from the file');
    expect(raw.OMNI_TEST_BOTH).to.equal('process');
    expect(process.env.OMNI_TEST_FILE).to.equal(undefined);
  });

  it('need not be there', () => {
    expect(readRawEnv(join(folder, 'none'))).to.deep.equal({ ...process.env });
  });

  it('is a problem of the configuration when it cannot be read', () => {
    expect(() => readRawEnv(folder)).to.throw(ConfigError, 'a file that cannot be read');
  });
});
