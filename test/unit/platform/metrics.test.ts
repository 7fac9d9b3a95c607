import { expect } from 'chai';
import { createMetrics } from '../../../src/platform/metrics.ts';

describe('the metrics of a process', () => {
  it('are told in the text form, with what is read only when somebody asks', async () => {
    const metrics = createMetrics();
    const count = metrics.counter('omni_things_total', 'things', ['kind']);
    count({ kind: 'a' });
    count({ kind: 'a' }, 2);
    let left = ['x', 'y'];
    metrics.gauge('omni_open', 'open ones', ['name'], async () => left.map((name) => ({ labels: { name }, value: 1 })));
    expect((await metrics.expose()).text)
      .to.include('omni_things_total{kind="a"} 3')
      .and.to.include('omni_open{name="y"} 1');
    left = ['x'];
    const { text, contentType } = await metrics.expose();
    expect(text).to.include('omni_open{name="x"} 1').and.not.include('name="y"');
    expect(contentType).to.include('text/plain');
  });

  it('are told without the one that cannot be read', async () => {
    const failed: string[] = [];
    const metrics = createMetrics({ onUnreadable: (name) => failed.push(name) });
    metrics.gauge('omni_away', 'away', [], async () => {
      throw new Error('the database is away');
    });
    metrics.counter('omni_there_total', 'there', [])({});
    expect((await metrics.expose()).text).to.include('omni_there_total 1');
    expect(failed).to.deep.equal(['omni_away']);
  });

  it('of two routers do not count together', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.counter('omni_same_total', 'same', [])({});
    other.counter('omni_same_total', 'same', []);
    expect((await other.expose()).text).to.not.include('omni_same_total 1');
  });
});
