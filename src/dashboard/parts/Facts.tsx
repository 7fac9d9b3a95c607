// Names and what they are, in two columns.
import type { ReactNode } from 'react';

type Props = { readonly facts: readonly (readonly [name: string, value: ReactNode])[] };

export function Facts({ facts }: Props) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div className="facts-row" key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
