// Appends that the event log did not take, kept on disk until it does. One folder a process, in it segments that are written in
// order, fsynced in groups, and read back and deleted in order, so that memory and disk hold only what is still waiting.
// The folder of a dead owner is taken over whole, by one rename. Nothing is skipped: damage stops that segment loudly.
import { type FileHandle, mkdir, open, rm, truncate, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { claimFolders, isMissing, listFiles, removeIfEmpty, syncFolder } from './spoolFolder.ts';
import type { SpoolOwner } from './spoolOwner.ts';
import { type SpooledAppend, encodeRecord } from './spoolRecord.ts';
import { type Segment, createSegment, isStillAt, readSegment, writeAll } from './spoolSegment.ts';

export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';
}

export type Spool = {
  /** Appends waiting, those being written and adopted ones included. */
  readonly depth: number;
  readonly bytes: number;
  /** When the oldest waiting append was made, ISO. */
  readonly oldestAt: string | undefined;
  /** Segments that were set aside as damaged and need a person. */
  readonly damaged: number;
  /** Resolves when the append is on disk. @throws SpoolFullError, or the file system's own error */
  add(append: SpooledAppend): Promise<void>;
  /** The oldest appends, at least one when there is one. */
  peek(limit: number): Promise<readonly SpooledAppend[]>;
  /** The oldest `count` are durable elsewhere. */
  remove(count: number): Promise<void>;
  /** Keeps an append that the log refuses for ever, for a person to look at: `refused.jsonl` in the spool's folder. */
  keepRefused(append: SpooledAppend, reason: string): Promise<void>;
  /** Shows that this owner lives, and takes over the folders of owners that do not. Returns how many appends came with them. */
  adopt(): Promise<number>;
  close(): Promise<void>;
};

export type SpoolOptions = {
  /** All processes' folders are in it. */
  readonly directory: string;
  readonly owner: SpoolOwner;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
};

type Pending = {
  readonly record: Buffer;
  readonly madeAt: string | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

const SEGMENT_BYTES = 4_000_000;
// Kept free for requests that have begun: a new one is refused before an answered one is lost.
const SHARE_FOR_NEW = 0.9;

/** @throws the file system's error when the folder cannot be written to */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const folder = join(options.directory, options.owner.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const probe = join(folder, 'probe');
  const file = await open(probe, 'w');
  await file.sync();
  await file.close();
  await rm(probe);
  await syncFolder(options.directory);
  const spool = new FileSpool(options, folder);
  await spool.adopt();
  return spool;
}

class FileSpool implements Spool {
  readonly #options: SpoolOptions;
  readonly #folder: string;
  readonly #segments: Segment[] = [];
  #writer: { readonly file: FileHandle; readonly segment: Segment } | undefined;
  #reading: { readonly segment: Segment; readonly appends: readonly SpooledAppend[]; next: number } | undefined;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #inWriting = 0;
  #sequence = 0;
  #damaged = 0;
  /** Everything that touches files goes one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SpoolOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  get depth(): number {
    const waiting = this.#segments.reduce((sum, { count }) => sum + count, 0);
    return waiting - (this.#reading?.next ?? 0) + this.#pending.length + this.#inWriting;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, this.#pendingBytes);
  }

  get oldestAt(): string | undefined {
    const reading = this.#reading?.appends[this.#reading.next];
    return reading?.events[0]?.metadata.madeAt ?? this.#segments[0]?.oldestAt;
  }

  get damaged(): number {
    return this.#damaged;
  }

  add(append: SpooledAppend): Promise<void> {
    const record = encodeRecord(append);
    const limit = this.#options.maxBytes * (append.expected === 'none' ? SHARE_FOR_NEW : 1);
    if (this.bytes + record.length > limit)
      return Promise.reject(
        new SpoolFullError(`the spool ${this.#folder} holds ${this.bytes} bytes, it may hold ${limit}`),
      );
    const madeAt = append.events[0]?.metadata.madeAt;
    return new Promise((resolve, reject) => {
      this.#pending.push({ record, madeAt, resolve, reject });
      this.#pendingBytes += record.length;
      // The first of a group asks for a write; whoever comes until its turn goes with it, in one fsync.
      if (this.#pending.length === 1) void this.#inTurn(() => this.#writeGroup());
    });
  }

  peek(limit: number): Promise<readonly SpooledAppend[]> {
    return this.#inTurn(async () => {
      for (;;) {
        const reading = this.#reading ?? (await this.#readOldest());
        if (!reading) return [];
        if (reading.next < reading.appends.length) return reading.appends.slice(reading.next, reading.next + limit);
        await this.#dropOldest();
      }
    });
  }

  remove(count: number): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#reading) return;
      this.#reading.next += count;
      if (this.#reading.next >= this.#reading.appends.length) await this.#dropOldest();
    });
  }

  keepRefused(append: SpooledAppend, reason: string): Promise<void> {
    return this.#inTurn(async () => {
      const { directory, clock } = this.#options;
      const { stream, events, expected } = append;
      const line = { at: new Date(clock.now()), reason, stream, expected: String(expected), events };
      const file = await open(join(directory, 'refused.jsonl'), 'a', 0o600);
      try {
        await file.appendFile(`${JSON.stringify(line)}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
    });
  }

  adopt(): Promise<number> {
    return this.#inTurn(async () => {
      const { directory, owner, clock } = this.#options;
      const now = new Date(clock.now());
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await utimes(this.#folder, now, now);
      await claimFolders({ directory, mine: this.#folder, owner, now: clock.now() });
      const known = new Set(this.#segments.map(({ path }) => path));
      const found = (await listFiles(this.#folder, '.spool')).filter((path) => !known.has(path));
      let appends = 0;
      for (const path of found) appends += await this.#take(path);
      this.#damaged = (await listFiles(this.#folder, '.damaged')).length;
      return appends;
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#closeWriter();
      if (this.#segments.length === 0) await removeIfEmpty(this.#folder);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #writeGroup(): Promise<void> {
    const group = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#inWriting = group.length;
    try {
      await this.#write(group);
      this.#inWriting = 0;
      for (const { resolve } of group) resolve();
    } catch (error) {
      this.#inWriting = 0;
      for (const { reject } of group) reject(error);
    }
  }

  /** Writes a group behind what is there and makes it durable; after a failure nothing more is written to that segment. */
  async #write(group: readonly Pending[]): Promise<void> {
    const bytes = Buffer.concat(group.map(({ record }) => record));
    for (let attempt = 1; ; attempt++) {
      if (this.#writer && this.#writer.segment.size >= SEGMENT_BYTES) await this.#closeWriter();
      const { file, segment } = (this.#writer ??= await this.#openWriter());
      try {
        await writeAll(file, bytes, segment.size);
        await file.datasync();
        if (await isStillAt(file, segment.path)) {
          segment.size += bytes.length;
          segment.count += group.length;
          segment.oldestAt ??= group[0]?.madeAt;
          return;
        }
      } catch (error) {
        await this.#abandonWriter(error);
        throw error;
      }
      // Somebody who took us for dead has our folder and drains what was acknowledged; this group goes to a new one.
      this.#options.logger.error('another process took over this spool although we live', { path: segment.path });
      await this.#closeWriter();
      this.#segments.splice(0);
      this.#reading = undefined;
      if (attempt > 2) throw new Error(`the spool ${this.#folder} is taken away again and again`);
    }
  }

  async #openWriter(): Promise<{ file: FileHandle; segment: Segment }> {
    const writer = await createSegment(this.#folder, () => ++this.#sequence);
    this.#segments.push(writer.segment);
    return writer;
  }

  async #closeWriter(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.file.close();
  }

  async #abandonWriter(cause: unknown): Promise<void> {
    const { logger } = this.#options;
    const writer = this.#writer;
    logger.error('the spool could not be written', { error: cause, path: writer?.segment.path });
    try {
      await this.#closeWriter();
      if (writer) await truncate(writer.segment.path, writer.segment.size);
    } catch (error) {
      logger.error('the torn end of a spool segment could not be cut off; it is cut off when it is read', { error });
    }
  }

  async #readOldest(): Promise<{ segment: Segment; appends: readonly SpooledAppend[]; next: number } | undefined> {
    for (;;) {
      const [segment] = this.#segments;
      if (!segment) return undefined;
      if (segment === this.#writer?.segment) await this.#closeWriter();
      try {
        const appends = await this.#read(segment);
        return (this.#reading = { segment, appends, next: 0 });
      } catch (error) {
        if (!isMissing(error)) throw error;
        this.#options.logger.error('a spool segment is gone: another process has taken it over', { error });
        this.#segments.shift();
      }
    }
  }

  async #read(segment: Segment): Promise<readonly SpooledAppend[]> {
    const wasDamaged = segment.damaged;
    const appends = await readSegment(segment, this.#options.logger);
    if (segment.damaged && !wasDamaged) this.#damaged += 1;
    return appends;
  }

  async #take(path: string): Promise<number> {
    const segment: Segment = { path, size: 0, count: 0, oldestAt: undefined, damaged: false };
    const appends = await this.#read(segment);
    segment.oldestAt = appends[0]?.events[0]?.metadata.madeAt;
    this.#segments.push(segment);
    if (dirname(path) === this.#folder) this.#sequence = Math.max(this.#sequence, Number.parseInt(basename(path), 10));
    return appends.length;
  }

  async #dropOldest(): Promise<void> {
    this.#reading = undefined;
    const segment = this.#segments.shift();
    if (!segment || segment.damaged) return;
    await rm(segment.path, { force: true });
    const folder = dirname(segment.path);
    if (folder !== this.#folder) await removeIfEmpty(folder);
  }
}
