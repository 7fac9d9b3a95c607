// What stands in place of everything when the page as a whole failed, or when the router does not even say who is signed in.
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ErrorNote } from './ErrorNote.tsx';

export function PageFault({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = (): void => {
    reset();
    void router.invalidate();
  };
  return (
    <main className="sign-in">
      <div className="card">
        <h1>Omni-Model Router</h1>
        <ErrorNote error={error instanceof Error ? error : new Error(String(error))} onRetry={retry} />
      </div>
    </main>
  );
}
