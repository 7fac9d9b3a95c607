// The sections of models.yaml that say how feeds are followed: defaults, and mistakes with file, line and what is allowed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/configError.ts';
import { loadModelsFile } from '../../../src/config/load.ts';
import { loadEnv } from '../../../src/config/env.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'omni-sync-'));
});
after(() => rmSync(folder, { recursive: true }));

function load(...lines: string[]) {
  const file = join(folder, 'models.yaml');
  writeFileSync(file, ['models: []', ...lines].join('\n'));
  return loadModelsFile(file);
}

function problemsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(
      ({ file, path, found, allowed }) => `${file.split(':').at(-1)} ${path}: ${found}; ${allowed}`,
    );
  }
  return [];
}

describe('the sections of feeds in a models file', () => {
  it('have a value for every key that is left out', () => {
    const { sync, alerts, deprecation } = load();
    expect(sync.pricing).to.deep.include({ hold_above_factor: 1.5, new_models: 'disabled', least_share_percent: 80 });
    expect(sync.pricing.release_after).to.deep.equal({ readings: 3, hours: 24 });
    expect(sync.ratings).to.deep.include({ fresh_days: 7, requests_per_day: 90, models: [] });
    expect(alerts.stale_after_hours).to.deep.equal({ prices: 48, ratings: 336 });
    expect(deprecation.calendar).to.deep.equal([]);
    // One key of a section leaves the others as they are.
    expect(load('alerts: { stale_after_hours: { prices: 9 } }').alerts).to.deep.equal({
      ...alerts,
      stale_after_hours: { prices: 9, ratings: 336 },
    });
  });

  it('are what the shipped file says, so that it shows every default', () => {
    const { sync, alerts, deprecation } = loadModelsFile('config/models.yaml');
    const defaults = load();
    expect(sync.schedules).to.deep.equal(defaults.sync.schedules);
    expect(sync.pricing).to.deep.equal(defaults.sync.pricing);
    expect({ ...sync.ratings, models: [] }).to.deep.equal(defaults.sync.ratings);
    expect([alerts, deprecation]).to.deep.equal([defaults.alerts, defaults.deprecation]);
  });

  it('map ratings to models that the shipped file has, each row of a model at another effort', () => {
    const { models, sync } = loadModelsFile('config/models.yaml');
    const ids = new Set(models.map(({ provider, model_name }) => `${provider}/${model_name}`));
    expect(sync.ratings.models.filter(({ model }) => !ids.has(model))).to.deep.equal([]);
    const rows = sync.ratings.models.map(({ model, effort }) => `${model} ${effort ?? ''}`);
    expect(new Set(rows).size).to.equal(rows.length);
  });

  it('are refused with line, path, what was found and what is allowed', () => {
    const problems = problemsOf(() =>
      load(
        'sync:',
        '  schedules:',
        "    syncPricing: 'hourly'",
        '  pricing:',
        '    new_models: maybe',
        '    hold_above_factor: 1',
        '    hold_over: 3',
        '  ratings:',
        '    models:',
        '      - { id: gpt-5, model: gpt-5 }',
        'deprecation:',
        '  calendar:',
        '    - { model: openai/gpt-5, on: soon }',
      ),
    );
    expect(problems).to.have.length(7);
    expect(problems.find((one) => one.includes('schedules'))).to.match(
      /^4 sync\.schedules\.syncPricing: "hourly"; .*a cron pattern of five fields/,
    );
    expect(problems).to.include('6 sync.pricing.new_models: "maybe"; disabled | enabled | ignore');
    expect(problems).to.include(
      '8 sync.pricing.hold_over: a key that does not exist; the keys of docs/configuration.md',
    );
    expect(problems.find((one) => one.includes('models[0].model'))).to.match(
      /^11 sync\.ratings\.models\[0\]\.model: "gpt-5"; a model as provider\/model_name \(openai \| /,
    );
    expect(problems.find((one) => one.includes('calendar'))).to.match(/^14 deprecation\.calendar\[0\]\.on: "soon"; /);
  });
});

describe('the webhook of alerts', () => {
  it('needs a secret, which is not shown', () => {
    const url = 'https://hooks.example/x';
    expect(problemsOf(() => loadEnv({ ALERT_WEBHOOK_URL: url }))).to.deep.equal([
      'environment ALERT_WEBHOOK_SECRET: nothing; a secret to sign alerts with, because ALERT_WEBHOOK_URL is set',
    ]);
    expect(loadEnv({ ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: 's' }).alertWebhook).to.deep.equal({
      url,
      secret: 's',
    });
    expect(loadEnv({}).alertWebhook).to.equal(undefined);
  });
});
