// An address that the page does not have.
import { Link } from '@tanstack/react-router';

export function NoSuchPage() {
  return (
    <div className="note">
      <strong>There is no such page.</strong> <Link to="/">Back to the overview</Link>
    </div>
  );
}
