// The form of a spool file, purely: records of a mark, a length, a CRC over length and body, and the body as JSON. Tells a torn
// tail (nobody was answered for it) from damage in front of whole records (somebody was).
import { crc32 } from 'node:zlib';
import type { Expected, NewEvent } from './eventStore.ts';

export type SpooledAppend = {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly expected: Expected;
};

const MARK = Buffer.from('OSP1');
export const HEADER_BYTES = 12;

export function encodeRecord({ stream, events, expected }: SpooledAppend): Buffer {
  const where = typeof expected === 'bigint' ? { revision: expected.toString() } : expected;
  const body = Buffer.from(JSON.stringify({ stream, events, expected: where }));
  const record = Buffer.alloc(HEADER_BYTES + body.length);
  MARK.copy(record);
  record.writeUInt32BE(body.length, 4);
  body.copy(record, HEADER_BYTES);
  record.writeUInt32BE(checksum(record, body), 8);
  return record;
}

export type SpoolContent = {
  readonly appends: readonly SpooledAppend[];
  /** Bytes of the whole records at the front. */
  readonly goodBytes: number;
  /** `torn`: the rest is no record and none follows. `damaged`: whole records stand behind something that is none. */
  readonly state: 'whole' | 'torn' | 'damaged';
};

export function decodeRecords(content: Buffer): SpoolContent {
  const appends: SpooledAppend[] = [];
  let at = 0;
  while (at < content.length) {
    const body = bodyAt(content, at);
    if (!body) return { appends, goodBytes: at, state: hasRecordAfter(content, at) ? 'damaged' : 'torn' };
    appends.push(decodeBody(body));
    at += HEADER_BYTES + body.length;
  }
  return { appends, goodBytes: at, state: 'whole' };
}

/** Undefined when there is no whole record at that byte. */
function bodyAt(content: Buffer, at: number): Buffer | undefined {
  if (at + HEADER_BYTES > content.length || content.compare(MARK, 0, MARK.length, at, at + MARK.length) !== 0)
    return undefined;
  const end = at + HEADER_BYTES + content.readUInt32BE(at + 4);
  if (end > content.length) return undefined;
  const body = content.subarray(at + HEADER_BYTES, end);
  return checksum(content.subarray(at, at + HEADER_BYTES), body) === content.readUInt32BE(at + 8) ? body : undefined;
}

function hasRecordAfter(content: Buffer, from: number): boolean {
  for (let at = content.indexOf(MARK, from + 1); at >= 0; at = content.indexOf(MARK, at + 1)) {
    if (bodyAt(content, at)) return true;
  }
  return false;
}

/** Over the length too: a flipped length must not look like a record. */
function checksum(header: Buffer, body: Buffer): number {
  return crc32(body, crc32(header.subarray(4, 8)));
}

function decodeBody(body: Buffer): SpooledAppend {
  const { expected, ...rest } = JSON.parse(body.toString()) as Omit<SpooledAppend, 'expected'> & {
    expected: 'none' | 'any' | { revision: string };
  };
  return { ...rest, expected: typeof expected === 'object' ? BigInt(expected.revision) : expected };
}
