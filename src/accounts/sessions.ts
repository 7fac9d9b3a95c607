// A signed-in browser: its cookie is the API key itself, sealed with a secret that all web processes have in common. No session
// is kept anywhere, and a key that is revoked ends its sessions.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../platform/clock.ts';
import type { Queryable } from '../platform/postgres.ts';
import { seal, unseal } from './sealing.ts';

export type SessionTools = { readonly postgres: Queryable; readonly clock: Clock; readonly random: Random };

export type OpenSession = { readonly apiKey: string; readonly csrfToken: string; readonly expiresAt: number };

export type Sessions = {
  /** The cookie's value for this key. */
  create(apiKey: string): Promise<OpenSession & { readonly cookie: string }>;
  /** Undefined when it is not ours, was changed, or is over. Whether the key still holds is the authenticator's to say. */
  open(cookie: string): Promise<OpenSession | undefined>;
};

export const SESSION_MS = 7 * 86_400_000;
const SECRET_NAME = 'session';
const SECRET_BYTES = 32;
const NONCE_BYTES = 12;

export function createSessions({ postgres, clock, random }: SessionTools): Sessions {
  let known: Buffer | undefined;
  // Read when the first browser comes, so that a database that is away at the start holds nothing up.
  const secretOf = async (): Promise<Buffer> => (known ??= await readSecret(postgres, clock, random));
  return {
    async create(apiKey) {
      const secret = await secretOf();
      const expiresAt = clock.now() + SESSION_MS;
      const cookie = seal(`${expiresAt} ${apiKey}`, secret, random.bytes(NONCE_BYTES)).toString('base64url');
      return { cookie, apiKey, expiresAt, csrfToken: csrfTokenOf(cookie, secret) };
    },
    async open(cookie) {
      const secret = await secretOf();
      const [expires, apiKey] = unseal(Buffer.from(cookie, 'base64url'), secret)?.split(' ') ?? [];
      const expiresAt = Number(expires);
      if (apiKey === undefined || !(expiresAt > clock.now())) return undefined;
      return { apiKey, expiresAt, csrfToken: csrfTokenOf(cookie, secret) };
    },
  };
}

/** Takes the same time whether and where they differ. */
export function isSameToken(expected: string, sent: string | undefined): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(sent ?? '')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Bound to the cookie: another session's token is of no use. */
function csrfTokenOf(cookie: string, secret: Buffer): string {
  return createHmac('sha256', secret).update(`csrf ${cookie}`).digest('base64url');
}

async function readSecret(postgres: Queryable, clock: Clock, random: Random): Promise<Buffer> {
  await postgres.query(
    'insert into server_secrets (name, secret, created_at) values ($1, $2, $3) on conflict (name) do nothing',
    [SECRET_NAME, random.bytes(SECRET_BYTES), new Date(clock.now())],
  );
  const { rows } = await postgres.query<{ secret: Buffer }>('select secret from server_secrets where name = $1', [
    SECRET_NAME,
  ]);
  const [row] = rows;
  if (!row) throw new Error('the session secret was written and is not there');
  return row.secret;
}
