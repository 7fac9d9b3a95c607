// A section of a page with its heading.
import { type ReactNode, useId } from 'react';

type Props = { readonly title: string; readonly note?: ReactNode; readonly children: ReactNode };

export function Card({ title, note, children }: Props) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <div className="soft">{note}</div>}
      </div>
      {children}
    </section>
  );
}
