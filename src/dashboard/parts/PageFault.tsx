// A page that failed as a whole.
import type { ErrorComponentProps } from '@tanstack/react-router';

export function PageFault({ error, reset }: ErrorComponentProps) {
  return (
    <div className="note note-bad" role="alert">
      <strong>This page could not be shown.</strong>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" className="quiet-button" onClick={reset}>
        Try again
      </button>
    </div>
  );
}
