// Each model's requests before and after, as figures and as bars on one scale.
import type { WhatIf } from '../../api/whatIf.ts';
import { formatCount } from '../../format/figures.ts';
import { Legend } from '../../parts/Legend.tsx';
import { ModelLink } from '../../parts/ModelLink.tsx';
import { NO_MODEL, NoModel } from '../../parts/NoModel.tsx';

const SERIES = [
  { label: 'before', colour: 'var(--series-rest)' },
  { label: 'after', colour: 'var(--accent)' },
];

export function SharesTable({ shares }: { readonly shares: WhatIf['by_model'] }) {
  const most = Math.max(1, ...shares.flatMap(({ before, after }) => [before, after]));
  const width = (count: number) => ({ width: `${(count / most) * 100}%` });
  return (
    <div className="stack">
      <Legend series={SERIES} />
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" className="candidate-bar">
              Requests
            </th>
            <th scope="col" className="right">
              Before
            </th>
            <th scope="col" className="right">
              After
            </th>
          </tr>
        </thead>
        <tbody>
          {shares
            .toSorted((a, b) => b.after - a.after || b.before - a.before)
            .map(({ model, before, after }) => (
              <tr key={model}>
                <td>{model === NO_MODEL ? <NoModel /> : <ModelLink id={model} />}</td>
                <td className="candidate-bar" aria-hidden="true">
                  <span className="bar bar-thin">
                    <i style={{ ...width(before), background: 'var(--series-rest)' }} />
                  </span>
                  <span className="bar bar-thin">
                    <i style={{ ...width(after), background: 'var(--accent)' }} />
                  </span>
                </td>
                <td className="right">{formatCount(before)}</td>
                <td className="right">{formatCount(after)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
