// The key of a first local start: kept in OMNI_DATA_DIR/local-key with mode 0600; the database has only its hash.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiKey } from './accounts.ts';
import { prefixOf } from './apiKeys.ts';
import type { AccountTools } from './outbox.ts';

export function readLocalKey(dataDir: string): string | undefined {
  const path = join(dataDir, 'local-key');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** The local key, made on the first start, or again when its file or its database was lost. */
export async function ensureLocalKey(tools: AccountTools, dataDir: string): Promise<string> {
  const known = readLocalKey(dataDir);
  if (known !== undefined && (await isInDatabase(tools, known))) return known;
  const { key } = await createApiKey(tools, { org: 'local', by: 'first start', scopes: ['chat', 'read', 'admin'] });
  writeFileSync(join(dataDir, 'local-key'), `${key}\n`, { mode: 0o600 });
  return key;
}

async function isInDatabase({ postgres }: AccountTools, key: string): Promise<boolean> {
  const { rowCount } = await postgres.query('select from api_keys where prefix = $1 and revoked_at is null', [
    prefixOf(key) ?? '',
  ]);
  return rowCount > 0;
}
