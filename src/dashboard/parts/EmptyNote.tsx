// Nothing to show, in words.
import type { ReactNode } from 'react';

export function EmptyNote({ children }: { readonly children?: ReactNode }) {
  return <div className="empty">{children ?? 'There is nothing here yet.'}</div>;
}
