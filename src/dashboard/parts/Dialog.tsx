// A dialog: the browser's own, which keeps the focus inside and closes by Escape.
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

type Props = { readonly title: string; readonly onClose: () => void; readonly children: ReactNode };

export function Dialog({ title, onClose, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before it leaves the document: only then the browser gives the focus back to where it was.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={id} onCancel={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
