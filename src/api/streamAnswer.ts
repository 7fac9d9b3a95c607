// From the gateway's pieces to a surface's frames, for every surface alike.
import type { Response } from 'express';
import { RouterError } from '../domain/errors.ts';
import type { AnswerStream, Answered, StreamPiece, StreamStart } from '../gateway/gateway.ts';
import { createEventStream } from './eventStream.ts';
import { streamHeaders } from './openaiFormat.ts';
import type { ApiTools } from './tools.ts';

export type StreamChunk = Extract<StreamPiece, { kind: 'chunk' }>['chunk'];

/** How a surface says it. Each gives whole frames; a new one is made for each answer, because it may remember. */
export interface StreamFormat {
  chunk(chunk: StreamChunk, start: StreamStart): readonly string[];
  end(last: readonly StreamChunk[], answered: Answered): readonly string[];
  /** `start` is missing when it failed after the status was out and before the first token. */
  error(error: RouterError, requestId: string, start: StreamStart | undefined): readonly string[];
}

/** @throws RouterError when there was no first token and the status is not out yet */
export async function streamAnswer(
  response: Response,
  open: (onDecided: (start: StreamStart) => void) => Promise<AnswerStream>,
  format: StreamFormat,
  { logger, streamTimes }: Pick<ApiTools, 'logger' | 'streamTimes'>,
): Promise<void> {
  // What is asked first, until it is known what answers.
  let decided: StreamStart | undefined;
  const out = createEventStream(response, streamTimes, () => (decided ? streamHeaders(decided) : {}));
  const requestId = String(response.locals['requestId']);
  const fail = async (error: RouterError, start?: StreamStart): Promise<void> => {
    // What ends so is not kept for an Idempotency-Key.
    response.locals['broken'] = true;
    logger.warn('a stream ended in an error', { requestId, code: error.code, error });
    for (const frame of format.error(error, requestId, start)) await out.write(frame);
    out.end();
  };
  let stream: AnswerStream;
  try {
    stream = await open((start) => {
      decided = start;
    });
  } catch (error) {
    if (out.opened && error instanceof RouterError) return await fail(error, decided);
    out.cancel();
    throw error;
  }
  const { start } = stream;
  out.open(streamHeaders(start));
  for await (const piece of stream.pieces) {
    if (piece.kind === 'failed') return await fail(piece.error, start);
    const frames = piece.kind === 'end' ? format.end(piece.last, piece.answered) : format.chunk(piece.chunk, start);
    for (const frame of frames) if (!(await out.write(frame))) return;
  }
  out.end();
}
