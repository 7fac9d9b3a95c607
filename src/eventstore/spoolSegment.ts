// One segment file of the spool: made, written at its end, and read back with its torn tail cut off.
import { type FileHandle, mkdir, open, readFile, rename, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '../platform/logger.ts';
import { isMissing, syncFolder } from './spoolFolder.ts';
import { type SpooledAppend, decodeRecords } from './spoolRecord.ts';

export type Segment = {
  path: string;
  /** Bytes of whole, acknowledged records. */
  size: number;
  count: number;
  oldestAt: string | undefined;
  damaged: boolean;
};

/** A new segment, there for good: its folder and that one's folder are synced too. */
export async function createSegment(
  folder: string,
  nextNumber: () => number,
): Promise<{ file: FileHandle; segment: Segment }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (;;) {
    const path = join(folder, `${String(nextNumber()).padStart(9, '0')}.spool`);
    try {
      const file = await open(path, 'wx', 0o600);
      await syncFolder(folder);
      await syncFolder(dirname(folder));
      return { file, segment: { path, size: 0, count: 0, oldestAt: undefined, damaged: false } };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

/** At a position: what a failed write left behind is written over. A full disk writes less than asked, then fails. */
export async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/** False when somebody has moved the file away from that path. */
export async function isStillAt(file: FileHandle, path: string): Promise<boolean> {
  try {
    const [opened, there] = await Promise.all([file.stat(), stat(path)]);
    return opened.ino === there.ino && opened.dev === there.dev;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Its appends; brings `segment` up to date. A damaged one is kept whole beside, and what stands before the damage is given. */
export async function readSegment(segment: Segment, logger: Logger): Promise<readonly SpooledAppend[]> {
  const content = await readFile(segment.path);
  const { appends, goodBytes, state } = decodeRecords(content);
  segment.size = goodBytes;
  segment.count = appends.length;
  if (state === 'torn') {
    logger.warn('the torn tail of a spool segment was cut off; nobody had been answered for it', {
      path: segment.path,
      bytes: content.length - goodBytes,
    });
    await truncate(segment.path, goodBytes);
  } else if (state === 'damaged' && !segment.damaged) {
    const kept = `${segment.path}.damaged`;
    await rename(segment.path, kept);
    segment.path = kept;
    segment.damaged = true;
    logger.error('a spool segment is damaged and needs a person: it is kept, what stands before the damage is used', {
      path: kept,
      damagedAtByte: goodBytes,
    });
  }
  return appends;
}
