// The few figures that a page begins with, each with its unit and what it is told against.
import type { ReactNode } from 'react';

export type Figure = { readonly label: string; readonly value: ReactNode; readonly note?: ReactNode };

export function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <dl className="card figures">
      {figures.map(({ label, value, note }) => (
        <div className="figure" key={label}>
          <dt>{label}</dt>
          <dd>
            {value}
            {note !== undefined && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
