// A page's title, what it is for, and what can be done there; also the title of the browser's tab.
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

type Props = { readonly title: string; readonly about?: ReactNode; readonly children?: ReactNode };

export function PageHead({ title, about, children }: Props) {
  useDocumentTitle(`${title} · Omni-Model Router`);
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {about !== undefined && <p className="soft">{about}</p>}
      </div>
      {children !== undefined && <div className="row">{children}</div>}
    </div>
  );
}
