// An address that the page does not have.
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';

export function NoSuchPage() {
  useDocumentTitle('No such page · Omni-Model Router');
  return (
    <main className="sign-in">
      <div className="card">
        <h1>There is no such page</h1>
        <p>
          <Link to="/">Back to the overview</Link>
        </p>
      </div>
    </main>
  );
}
