// A link that signs a browser in once. The key behind it is sealed with the link's own token, so whoever reads the database, where
// only the token's digest is, learns neither.
import { createHash } from 'node:crypto';
import { seal, unseal } from './sealing.ts';
import type { SessionTools } from './sessions.ts';

const LINK_MS = 24 * 3_600_000;
const TOKEN_BYTES = 32;
const NONCE_BYTES = 12;

/** @returns the token that stands in the link */
export async function createSignInLink({ postgres, clock, random }: SessionTools, apiKey: string): Promise<string> {
  const token = random.bytes(TOKEN_BYTES);
  const sealed = seal(apiKey, secretOf(token), random.bytes(NONCE_BYTES));
  await postgres.query('delete from sign_in_links where expires_at < $1', [new Date(clock.now())]);
  await postgres.query('insert into sign_in_links (token_digest, sealed_key, expires_at) values ($1, $2, $3)', [
    digestOf(token),
    sealed,
    new Date(clock.now() + LINK_MS),
  ]);
  return token.toString('base64url');
}

/** The key behind the link, to the first who asks; undefined for a link that was used, has expired or never was. */
export async function redeemSignInLink(
  { postgres, clock }: Pick<SessionTools, 'postgres' | 'clock'>,
  token: string,
): Promise<string | undefined> {
  const bytes = Buffer.from(token, 'base64url');
  const { rows } = await postgres.query<{ sealed_key: Buffer; expires_at: Date }>(
    'delete from sign_in_links where token_digest = $1 returning sealed_key, expires_at',
    [digestOf(bytes)],
  );
  const [row] = rows;
  return row && row.expires_at.getTime() > clock.now() ? unseal(row.sealed_key, secretOf(bytes)) : undefined;
}

// Two digests of one token that say nothing of each other: one finds the row, the other opens it.
const digestOf = (token: Buffer): Buffer => createHash('sha256').update('find ').update(token).digest();
const secretOf = (token: Buffer): Buffer => createHash('sha256').update('open ').update(token).digest();
