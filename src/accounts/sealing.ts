// Sealing a short text so that only the holder of a secret can read or make one: AES-256-GCM, `nonce ‖ tag ‖ text`. Pure.
import { createCipheriv, createDecipheriv } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @param secret 32 bytes @param nonce 12 random bytes, never used twice with one secret */
export function seal(text: string, secret: Buffer, nonce: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, secret, nonce);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Undefined for whatever was not sealed with this secret, or was changed since. */
export function unseal(sealed: Buffer, secret: Buffer): string | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, secret, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // A tag that does not fit is the only way in which this fails: somebody else's text.
    return undefined;
  }
}
