// The overview of a span in which nothing was routed.
import { Link } from '@tanstack/react-router';

export function NoRequests() {
  return (
    <>
      <strong>No request was routed in this span.</strong>
      Choose a longer one, or ask something in the <Link to="/playground">playground</Link>.
    </>
  );
}
