// Several places of configuration as one.
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/configError.ts';
import { loadEnv } from '../../../src/config/env.ts';
import { loadModelsFile, loadPolicyFile } from '../../../src/config/load.ts';
import { readTogether } from '../../../src/config/readTogether.ts';

const broken = (): never => {
  throw new TypeError('a defect');
};

describe('configuration that is read together', () => {
  it('is given back in order', () => {
    const [env, policy] = readTogether([() => loadEnv({ PORT: '1' }), () => loadPolicyFile('config/routing.yaml')]);
    expect(env.port).to.equal(1);
    expect(policy.label).to.be.a('string');
  });

  it('is refused with the problems of all places', () => {
    expect(() => readTogether([() => loadEnv({ PORT: 'x' }), () => loadModelsFile('none.yaml')])).to.throw(
      ConfigError,
      /has 2 problems:\n.*PORT.*\n.*none\.yaml/,
    );
  });

  it('hides no defect behind a mistake', () => {
    expect(() => readTogether([() => loadEnv({ PORT: 'x' }), broken])).to.throw(TypeError, 'a defect');
  });
});
