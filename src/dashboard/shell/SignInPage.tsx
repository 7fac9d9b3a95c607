// Signing in: with a key, or by itself when the address is the link that a local start prints.
import { Button, PasswordInput } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { type SignInWith, signIn } from '../api/session.ts';

export function SignInPage() {
  useDocumentTitle('Sign in · Omni-Model Router');
  const signingIn = useSignIn();
  const [key, setKey] = useState('');
  useLinkToken(signingIn.mutate);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signingIn.mutate({ api_key: key });
  };
  return (
    <main className="sign-in">
      <form className="card" onSubmit={submit}>
        <h1>Omni-Model Router</h1>
        <p className="soft">
          Sign in with an API key that has the scope “read”. It stays in a cookie that scripts cannot read.
        </p>
        <PasswordInput
          label="API key"
          placeholder="omr_…"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={key}
          error={signingIn.error?.message}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <Button type="submit" fullWidth mt="md" loading={signingIn.isPending}>
          Sign in
        </Button>
        <p className="soft">
          A local start prints a link that signs in by itself, and keeps its key in <code>.omni/local-key</code>.
        </p>
      </form>
    </main>
  );
}

function useSignIn() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/sign-in' });
  return useMutation({
    mutationFn: (credentials: SignInWith) => signIn(client, credentials),
    onSuccess: () => navigate({ href: isOwnAddress(to) ? to : '/', replace: true }),
  });
}

/** The token stands behind `#`, so that no server or proxy logs it; it leaves the address at once. */
function useLinkToken(use: (credentials: SignInWith) => void): void {
  useEffect(() => {
    const token = window.location.hash.slice(1);
    if (token === '') return;
    window.history.replaceState(null, '', window.location.pathname);
    use({ sign_in_token: token });
  }, [use]);
}

/** Never to another site, whatever a made-up link says. */
function isOwnAddress(to: string | undefined): to is string {
  return to !== undefined && /^\/(?![/\\])/.test(to);
}
