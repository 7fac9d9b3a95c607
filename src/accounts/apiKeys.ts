// The form of an API key: `omr_`, eight random letters by which it is found, and 256 random bits. Only its hash is kept.
import { createHash } from 'node:crypto';
import { hash } from '@node-rs/bcrypt';
import type { Random } from '../platform/clock.ts';

const COST = 12;
const PREFIX_LETTERS = 8;
const SECRET_BYTES = 32;
const KEY_FORM = /^omr_([0-9A-Za-z]{8})([0-9A-Za-z_-]{43})$/;
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export type NewApiKey = { readonly key: string; readonly prefix: string; readonly hash: string };

export async function makeApiKey(random: Random): Promise<NewApiKey> {
  const prefix = [...random.bytes(PREFIX_LETTERS)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  const key = `omr_${prefix}${random.bytes(SECRET_BYTES).toString('base64url')}`;
  return { key, prefix, hash: await hash(digestOfKey(key), COST) };
}

/** The prefix of a key, or undefined when it has not the form of one. */
export function prefixOf(key: string): string | undefined {
  return KEY_FORM.exec(key)?.[1];
}

/** What bcrypt gets: it reads 72 bytes only, and the digest of a key is shorter than the key. */
export function digestOfKey(key: string): string {
  return createHash('sha256').update(key).digest('base64');
}
