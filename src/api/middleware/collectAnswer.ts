// Reads along what is sent to a caller, for what keeps it.
import type { Response } from 'express';

const MOST_BYTES = 10 * 1024 * 1024;

type Write = (chunk: unknown, ...rest: unknown[]) => boolean;
type End = (chunk?: unknown, ...rest: unknown[]) => Response;

/** What was sent so far; undefined once it is more than 10 MB. */
export type Collected = { body(): Buffer | undefined };

/** `onEnd` runs when all has been said, and the end goes out after it. */
export function collectAnswer(response: Response, onEnd: () => Promise<void>): Collected {
  const parts: Buffer[] = [];
  let size = 0;
  const collect = (chunk: unknown): void => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    const bytes = Buffer.from(chunk as string);
    size += bytes.length;
    if (size <= MOST_BYTES) parts.push(bytes);
    else parts.length = 0;
  };
  const write = response.write.bind(response) as Write;
  const end = response.end.bind(response) as End;
  response.write = ((chunk: unknown, ...rest: unknown[]) => {
    collect(chunk);
    return write(chunk, ...rest);
  }) as Response['write'];
  response.end = ((chunk?: unknown, ...rest: unknown[]) => {
    collect(chunk);
    void onEnd().then(() => end(chunk, ...rest));
    return response;
  }) as Response['end'];
  return { body: () => (size <= MOST_BYTES ? Buffer.concat(parts) : undefined) };
}
