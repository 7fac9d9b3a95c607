// A form in a dialog: its fields, what went wrong, and the two ways out.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Dialog } from './Dialog.tsx';
import { ErrorNote } from './ErrorNote.tsx';

type Props = {
  readonly title: string;
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

export function DialogForm({
  title,
  action,
  isDangerous = false,
  isPending,
  error,
  onSubmit,
  onClose,
  children,
}: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        {error && <ErrorNote error={error} />}
        <div className="row dialog-foot">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button size="xs" type="submit" loading={isPending} {...(isDangerous ? { color: 'red.8' } : {})}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
