// The container as SECURITY.md promises it: no root, nothing to write but the data folder, no more rights than it needs.
import { expect } from 'chai';
import { parse } from 'yaml';
import { readText } from './sources.ts';

type Service = {
  readonly image?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
};

describe('the container', () => {
  const { services } = parse(readText('compose.yaml'), { merge: true }) as { services: Record<string, Service> };
  const own = Object.entries(services).filter(([, { image }]) => image === 'omni-model-router');

  it('runs as an ordinary user', () => {
    const stages = readText('Dockerfile').split(/^FROM /m);
    expect(stages.at(-1)).to.match(/^USER node$/m);
  });

  it('can write to its data folder and to temporary files only', () => {
    expect(own.map(([name]) => name)).to.have.members(['release', 'web', 'projections', 'worker']);
    for (const [name, service] of own) {
      expect(service.read_only, name).to.equal(true);
      expect(service.volumes, name).to.have.length(1);
      expect(service.volumes?.[0], name).to.match(/:\/var\/lib\/omni$/);
    }
  });

  it('has no rights that it does not need, and no port open to the world', () => {
    for (const [name, { cap_drop, security_opt, ports = [] }] of own) {
      expect(cap_drop, name).to.deep.equal(['ALL']);
      expect(security_opt, name).to.include('no-new-privileges:true');
      for (const port of ports) expect(port, name).to.match(/^127\.0\.0\.1:/);
    }
  });
});
