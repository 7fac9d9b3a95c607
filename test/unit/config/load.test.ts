// A file that cannot be used says where and why, everything at once; prices keep every digit that stands in it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/configError.ts';
import { loadModelsFile, loadPolicyFile } from '../../../src/config/load.ts';
import { perToken, toModelWish } from '../../../src/config/toModelWish.ts';

let folder = '';
let file = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'omni-config-'));
  file = join(folder, 'models.yaml');
});
after(() => rmSync(folder, { recursive: true }));

function load(...lines: string[]) {
  writeFileSync(file, lines.join('\n'));
  return loadModelsFile(file);
}

function problemsOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const MODEL = ['models:', '  - provider: openai', '    model_name: one'];

describe('a models file with mistakes', () => {
  it('is refused with every mistake at once: file and line, path, found and allowed', () => {
    const problems = problemsOf(() =>
      load(
        'models:',
        '  - provider: open-ai',
        '    model_name: one',
        '    quality_weight: 5',
        '  - provider: openai',
        '    model_name: two',
        '    colour: red',
        '    quality_tier: best',
        '    prices:',
        '      input: -3',
        '      tiers:',
        '        - { above_prompt_tokens: many }',
      ),
    );
    expect(problems.map(({ file: where, path }) => `${where.slice(folder.length + 1)} ${path}`)).to.have.members([
      'models.yaml:2 models[0].provider',
      'models.yaml:4 models[0].quality_weight',
      'models.yaml:7 models[1].colour',
      'models.yaml:8 models[1].quality_tier',
      'models.yaml:10 models[1].prices.input',
      'models.yaml:12 models[1].prices.tiers[0].above_prompt_tokens',
    ]);
    const by = new Map(problems.map((problem) => [problem.path, problem]));
    expect(by.get('models[0].provider')).to.include({
      found: '"open-ai"',
      allowed: 'openai | anthropic | google | openrouter | groq',
    });
    expect(by.get('models[0].quality_weight')?.found).to.equal('5');
    expect(by.get('models[1].colour')?.found).to.equal('a key that does not exist');
    expect(by.get('models[1].quality_tier')?.allowed).to.equal('frontier | strong | solid | small | tiny');
    expect(by.get('models[1].prices.input')).to.include({
      found: '-3',
      allowed: 'a decimal number of USD per million tokens, 0 or more',
    });
    expect(by.get('models[1].prices.tiers[0].above_prompt_tokens')?.found).to.equal('"many"');
  });

  it('is shown at the entry that lacks something', () => {
    const [problem, ...rest] = problemsOf(() => load('models:', '  - provider: openai', '    tags: [chat]'));
    expect(rest).to.deep.equal([]);
    expect(problem).to.include({ file: `${file}:2`, path: 'models[0].model_name', found: 'nothing' });
  });

  it('is refused when it lists a model twice', () => {
    const twice = [...MODEL, ...MODEL.slice(1)];
    expect(problemsOf(() => load(...twice))).to.deep.equal([
      {
        file: `${file}:5`,
        path: 'models[1].model_name',
        found: '"one"',
        allowed: 'a model that is listed once (openai/one stands there twice)',
      },
    ]);
  });

  it('may list the same name under two providers', () => {
    expect(load(...MODEL, '  - provider: groq', '    model_name: one').models).to.have.length(2);
  });

  it('is refused at the line of its syntax error', () => {
    const [problem] = problemsOf(() => load('models:', '  - provider: openai', '    tags: [chat', '    enabled: true'));
    expect(problem?.file).to.match(/models\.yaml:[34]$/);
    expect(problem).to.include({ path: '(syntax)', allowed: 'YAML 1.2' });
  });

  it('is refused when a key stands twice in an entry', () => {
    const [problem] = problemsOf(() => load(...MODEL, '    model_name: two'));
    expect(problem).to.include({ file: `${file}:4`, path: '(syntax)' });
  });

  it('is refused when it is empty', () => {
    expect(problemsOf(() => load(''))).to.have.length(1);
  });

  it('is refused when it is not there', () => {
    expect(problemsOf(() => loadModelsFile(join(folder, 'none.yaml')))).to.deep.equal([
      { file: join(folder, 'none.yaml'), path: '', found: 'ENOENT', allowed: 'a readable YAML file' },
    ]);
  });

  it('names all of that in its message', () => {
    expect(() => load(...MODEL, '    enabled: perhaps', '    context: 0')).to.throw(
      ConfigError,
      /^The configuration has 2 problems:\n {2}.*models\.yaml:4: models\[0\]\.enabled: found "perhaps"; allowed: .*\n {2}.*models\.yaml:5: models\[0\]\.context: found 0; allowed: /,
    );
  });
});

function prices(...lines: string[]) {
  const [entry] = load(...MODEL, '    prices:', ...lines.map((line) => `      ${line}`)).models;
  if (!entry) throw new Error('the file has no model');
  return toModelWish(entry).prices;
}

describe('prices of a models file', () => {
  it('keep every digit of their source text', () => {
    expect(
      prices(
        'input: 0.0416666666666666666667',
        'output: "1.00000000000000000001"',
        'cached_input: 5e-3',
        'tiers:',
        '  - { above_prompt_tokens: 10, input: 123456789.12345678901234567 }',
      ),
    ).to.deep.equal({
      input: '0.0000000416666666666666666667',
      output: '0.00000100000000000000000001',
      cachedInput: '0.000000005',
      overrides: [{ minPromptTokens: 10, input: '123.45678912345678901234567' }],
    });
  });

  it('keep every digit under overrides too', () => {
    const text = [...MODEL.slice(1), '    prices: { output: 0.1000000000000000000001 }'];
    const [entry] = load('models: []', 'overrides:', ...text).overrides;
    expect(entry?.prices?.output).to.equal('0.1000000000000000000001');
  });

  it('have windows before tiers, so that a tier wins, and times as HHMM numbers', () => {
    expect(
      prices(
        'input: 1',
        'tiers:',
        '  - { above_prompt_tokens: 10, input: 4 }',
        'windows:',
        '  - { utc_start: "0030", utc_end: "0830", utc_days: [1, 2], input: 0.5 }',
      ),
    ).to.deep.equal({
      input: '0.000001',
      overrides: [
        { utcStart: 30, utcEnd: 830, utcDays: [1, 2], input: '0.0000005' },
        { minPromptTokens: 10, input: '0.000004' },
      ],
    });
  });

  it('have a price list for each service tier, after all others', () => {
    const lines = ['  - { name: flex, input: 0.5 }', '  - { name: flex, above_prompt_tokens: 10, input: 2 }'];
    expect(
      prices('input: 1', 'service_tiers:', ...lines, 'tiers:', '  - { above_prompt_tokens: 10, input: 4 }'),
    ).to.deep.equal({
      input: '0.000001',
      overrides: [
        { minPromptTokens: 10, input: '0.000004' },
        { serviceTier: 'flex', input: '0.0000005' },
        { serviceTier: 'flex', minPromptTokens: 10, input: '0.000002' },
      ],
    });
  });

  it('take a time without quotes as it is written', () => {
    expect(prices('input: 1', 'windows:', '  - { utc_start: 0030, utc_end: 2400, input: 2 }')?.overrides).to.deep.equal(
      [{ utcStart: 30, utcEnd: 2400, input: '0.000002' }],
    );
  });

  for (const time of ['"2430"', '"30"', '"0060"', '"noon"']) {
    it(`refuse ${time} as a time`, () => {
      const window = `  - { utc_start: ${time}, utc_end: "0830", input: 2 }`;
      const problems = problemsOf(() => prices('input: 1', 'windows:', window));
      expect(problems.map(({ path }) => path)).to.deep.equal(['models[0].prices.windows[0].utc_start']);
    });
  }

  it('are unknown when they are left out', () => {
    const [entry] = load(...MODEL).models;
    expect(entry && toModelWish(entry)).to.deep.equal({
      provider: 'openai',
      modelName: 'one',
      details: {},
      prices: undefined,
    });
  });

  for (const [perMillion, token] of [
    ['10', '0.00001'],
    ['0', '0'],
    ['0.15', '0.00000015'],
    ['1000000', '1'],
    ['2.50', '0.0000025'],
  ] as const) {
    it(`are ${token} a token for ${perMillion} a million`, () => {
      expect(perToken(perMillion)).to.equal(token);
    });
  }
});

describe('a policy file with mistakes', () => {
  it('is refused with all of them', () => {
    const path = join(folder, 'routing.yaml');
    writeFileSync(path, 'label: ""\nfallback: { retriesPerModel: 9, backoffBaseMs: 1, backoffMaxMs: 1 }\nspeed: 1\n');
    const problems = problemsOf(() => loadPolicyFile(path));
    const byPath = new Map(problems.map((problem) => [problem.path, problem]));
    expect(byPath.get('label')).to.include({ file: `${path}:1`, found: '""' });
    expect(byPath.get('fallback.retriesPerModel')).to.include({ file: `${path}:2`, found: '9' });
    expect(byPath.get('speed')).to.include({ file: `${path}:3`, found: 'a key that does not exist' });
    expect(byPath.get('weights')).to.include({ file: `${path}:1`, found: 'nothing' });
  });
});
