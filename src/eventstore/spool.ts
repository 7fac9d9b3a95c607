// Appends that the event log did not take, kept on disk until it does: one file a process, a length and a CRC before each
// record, fsynced in groups. A torn tail is cut off; a bad record in the middle stops the file loudly, nothing is skipped.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Logger } from '../platform/logger.ts';
import type { Expected, NewEvent } from './eventStore.ts';

export type SpooledAppend = {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly expected: Expected;
};

export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';
}
export class SpoolDamagedError extends Error {
  override readonly name = 'SpoolDamagedError';
}

export type Spool = {
  /** Appends waiting, adopted ones included. */
  readonly depth: number;
  readonly bytes: number;
  /** Resolves when the append is on disk. @throws SpoolFullError, or the file system's own error */
  add(append: SpooledAppend): Promise<void>;
  /** The oldest append, or undefined when there is none. */
  peek(): SpooledAppend | undefined;
  /** The oldest append is durable elsewhere. */
  remove(): void;
  /** Takes over the files of owners that died. Returns how many appends came with them. */
  adopt(): number;
  close(): void;
};

const HEADER_BYTES = 8;

/** `owner` must be unique for the process; `isAlive` tells whether the owner of another file still runs. */
export function openSpool(options: {
  readonly directory: string;
  readonly owner: string;
  readonly isAlive: (owner: string) => boolean;
  readonly maxBytes: number;
  readonly logger: Logger;
}): Spool {
  const { directory, owner, logger } = options;
  const path = join(directory, `${owner}.spool`);
  const waiting: SpooledAppend[] = [];
  const adopted: { path: string; appends: number }[] = [];
  let file: number | undefined;
  let bytes = 0;
  let group: { buffers: Buffer[]; done: Promise<void> } | undefined;

  const write = (buffers: readonly Buffer[]): void => {
    file ??= openSync(path, 'a', 0o600);
    writeSync(file, Buffer.concat(buffers));
    fsyncSync(file);
  };
  /** Records that come in one turn of the event loop share one fsync. */
  const schedule = (buffer: Buffer): Promise<void> => {
    if (group) {
      group.buffers.push(buffer);
      return group.done;
    }
    const buffers = [buffer];
    const done = new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        group = undefined;
        try {
          write(buffers);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    group = { buffers, done };
    return done;
  };
  const clear = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
    rmSync(path, { force: true });
    for (const { path: old } of adopted.splice(0)) rmSync(old, { force: true });
    bytes = 0;
  };

  return {
    get depth() {
      return waiting.length;
    },
    get bytes() {
      return bytes;
    },
    async add(append) {
      const record = encode(append);
      if (bytes + record.length > options.maxBytes)
        throw new SpoolFullError(`the spool ${path} is full: ${bytes} bytes`);
      bytes += record.length;
      await schedule(record);
      waiting.push(append);
    },
    peek: () => waiting[0],
    remove() {
      waiting.shift();
      if (waiting.length === 0 && !group) clear();
    },
    adopt() {
      const found = adoptFiles({ ...options, mine: path, logger });
      for (const { path: old, appends, size } of found) {
        // Older than anything of ours: it goes first.
        waiting.unshift(...appends);
        adopted.push({ path: old, appends: appends.length });
        bytes += size;
      }
      return found.reduce((sum, { appends }) => sum + appends.length, 0);
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

type AdoptedFile = { readonly path: string; readonly appends: SpooledAppend[]; readonly size: number };

function adoptFiles(options: {
  readonly directory: string;
  readonly owner: string;
  readonly isAlive: (owner: string) => boolean;
  readonly mine: string;
  readonly logger: Logger;
}): AdoptedFile[] {
  const { directory, owner, isAlive, mine, logger } = options;
  const files: AdoptedFile[] = [];
  for (const name of readdirSync(directory).sort()) {
    const match = /^(?:(?<adopter>.+)\.adopts\.)?(?<owner>.+)\.spool$/.exec(name)?.groups;
    const path = join(directory, name);
    if (!match || path === mine || name.startsWith(`${owner}.adopts.`)) continue;
    if (isAlive(match['adopter'] ?? match['owner'] ?? '')) continue;
    const claimed = join(directory, `${owner}.adopts.${match['owner']}.spool`);
    try {
      // Of two that try, the rename lets one win.
      renameSync(path, claimed);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      throw error;
    }
    try {
      const { appends, size } = readSpool(claimed, logger);
      files.push({ path: claimed, appends, size });
    } catch (error) {
      if (!(error instanceof SpoolDamagedError)) throw error;
      const damaged = `${claimed}.damaged`;
      renameSync(claimed, damaged);
      logger.error('a spool file is damaged in the middle and needs a person; it was set aside whole', {
        path: damaged,
        error,
      });
    }
  }
  return files;
}

function encode(append: SpooledAppend): Buffer {
  const { expected } = append;
  const body = Buffer.from(
    JSON.stringify({
      ...append,
      expected: typeof expected === 'bigint' ? { revision: expected.toString() } : expected,
    }),
  );
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(body.length, 0);
  header.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([header, body]);
}

/** Reads a file of a dead owner and cuts a torn tail off it. @throws SpoolDamagedError */
export function readSpool(path: string, logger: Logger): { appends: SpooledAppend[]; size: number } {
  const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const appends: SpooledAppend[] = [];
  let at = 0;
  while (at < content.length) {
    const length = at + HEADER_BYTES <= content.length ? content.readUInt32BE(at) : undefined;
    const end = length === undefined ? undefined : at + HEADER_BYTES + length;
    if (end === undefined || end > content.length) break;
    const body = content.subarray(at + HEADER_BYTES, end);
    if (crc32(body) !== content.readUInt32BE(at + 4)) {
      // The last record may be torn inside; anything before it was fsynced and must be whole.
      if (end === content.length) break;
      throw new SpoolDamagedError(`${path}: the record at byte ${at} does not match its checksum`);
    }
    appends.push(decode(body));
    at = end;
  }
  if (at < content.length) {
    logger.warn('the torn tail of a spool file was cut off; no caller had been answered for it', {
      path,
      bytes: content.length - at,
    });
    truncateSync(path, at);
  }
  return { appends, size: at };
}

function decode(body: Buffer): SpooledAppend {
  const { expected, ...rest } = JSON.parse(body.toString()) as Omit<SpooledAppend, 'expected'> & {
    expected: 'none' | 'any' | { revision: string };
  };
  return { ...rest, expected: typeof expected === 'object' ? BigInt(expected.revision) : expected };
}

/** Checks at start that the folder can hold a spool. @throws the file system's error */
export function probeSpool(directory: string): void {
  const probe = join(directory, '.probe');
  writeFileSync(probe, '');
  rmSync(probe);
}
