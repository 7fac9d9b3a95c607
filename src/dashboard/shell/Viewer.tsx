// Who is signed in, in which zone times are told, and the way out.
import { useSession, useSignOut } from '../api/session.ts';
import { viewerZone } from '../format/times.ts';
import { Icon } from './Icon.tsx';

export function Viewer() {
  const { org, scopes } = useSession();
  const signOut = useSignOut();
  return (
    <div className="viewer">
      <div>
        <div className="viewer-org">{org.name}</div>
        <div className="soft">{scopes.join(', ')}</div>
        <div className="soft">Times in {viewerZone()}</div>
        <a href="/docs">API reference</a>
      </div>
      <button type="button" className="quiet-button" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        <Icon name="leave" />
        Sign out
      </button>
      {signOut.isError && <p role="alert">{signOut.error.message}</p>}
    </div>
  );
}
