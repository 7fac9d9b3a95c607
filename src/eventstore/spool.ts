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

export type SpoolOptions = {
  readonly directory: string;
  /** Unique for the process, and such that `isAlive` can tell from it whether the process still runs. */
  readonly owner: string;
  readonly isAlive: (owner: string) => boolean;
  readonly maxBytes: number;
  readonly logger: Logger;
};

export function openSpool(options: SpoolOptions): Spool {
  return new FileSpool(options);
}

class FileSpool implements Spool {
  readonly #options: SpoolOptions;
  readonly #path: string;
  readonly #waiting: SpooledAppend[] = [];
  readonly #adopted: string[] = [];
  #file: number | undefined;
  #bytes = 0;
  /** Appends that are being written: the file must not be removed under them. */
  #adding = 0;
  #group: { readonly buffers: Buffer[]; readonly done: Promise<void> } | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#path = join(options.directory, `${options.owner}.spool`);
  }

  get depth(): number {
    return this.#waiting.length + this.#adding;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async add(append: SpooledAppend): Promise<void> {
    const record = encode(append);
    if (this.#bytes + record.length > this.#options.maxBytes) {
      throw new SpoolFullError(`the spool ${this.#path} is full: ${this.#bytes} bytes`);
    }
    this.#bytes += record.length;
    this.#adding += 1;
    try {
      await this.#schedule(record);
      this.#waiting.push(append);
    } finally {
      this.#adding -= 1;
    }
  }

  peek(): SpooledAppend | undefined {
    return this.#waiting[0];
  }

  remove(): void {
    this.#waiting.shift();
    if (this.depth > 0) return;
    this.close();
    for (const path of [this.#path, ...this.#adopted.splice(0)]) rmSync(path, { force: true });
    this.#bytes = 0;
  }

  adopt(): number {
    const found = adoptFiles(this.#options, this.#path);
    for (const { path, appends, size } of found) {
      // Older than anything of ours: it goes first.
      this.#waiting.unshift(...appends);
      this.#adopted.push(path);
      this.#bytes += size;
      if (appends.length === 0) rmSync(path, { force: true });
    }
    return found.reduce((sum, { appends }) => sum + appends.length, 0);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Records that come in one turn of the event loop share one fsync. */
  #schedule(record: Buffer): Promise<void> {
    if (this.#group) {
      this.#group.buffers.push(record);
      return this.#group.done;
    }
    const buffers = [record];
    const done = new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        this.#group = undefined;
        try {
          this.#write(Buffer.concat(buffers));
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    this.#group = { buffers, done };
    return done;
  }

  #write(records: Buffer): void {
    this.#file ??= openSync(this.#path, 'a', 0o600);
    writeSync(this.#file, records);
    fsyncSync(this.#file);
  }
}

type AdoptedFile = { readonly path: string; readonly appends: SpooledAppend[]; readonly size: number };

function adoptFiles({ directory, owner, isAlive, logger }: SpoolOptions, mine: string): AdoptedFile[] {
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
