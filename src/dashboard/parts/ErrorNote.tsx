// What went wrong, in the API's own words, with the id by which the router's log knows it.
import { ApiError } from '../api/client.ts';

type Props = { readonly error: Error; readonly onRetry?: () => void };

export function ErrorNote({ error, onRetry }: Props) {
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  return (
    <div className="note note-bad" role="alert">
      <strong>{titleOf(error)}</strong>
      <p>{error.message}</p>
      {requestId !== undefined && (
        <p className="soft">
          In the router’s log as <code>{requestId}</code>
        </p>
      )}
      {onRetry && (
        <button type="button" className="quiet-button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

function titleOf(error: Error): string {
  if (!(error instanceof ApiError)) return 'Something went wrong in the page.';
  if (error.status === 0) return 'No connection to the router.';
  if (error.status === 401) return 'You are no longer signed in.';
  if (error.status === 403) return 'This key may not see that.';
  if (error.status === 404) return 'It is not there.';
  if (error.status >= 500) return 'The router could not answer.';
  return 'The router refused this.';
}
