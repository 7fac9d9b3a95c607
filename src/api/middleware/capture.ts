// For orgs that ask for it: what was asked and what was answered is kept, whichever way it was said, errors too.
import type { RequestHandler } from 'express';
import type { KeyHolder } from '../../accounts/authenticate.ts';
import type { CapturedContent } from '../../accounts/capturedContent.ts';
import { collectAnswer } from './collectAnswer.ts';

export type CaptureTools = { readonly content: CapturedContent };

/** For routes that ask a model: to be mounted before them, after whatever may answer in their place. */
export function captureContent({ content }: CaptureTools): RequestHandler {
  return (request, response, next) => {
    const { captureContentDays: days, lineId: holderId } = response.locals['caller'] as KeyHolder;
    if (days === null) return next();
    let isKept = false;
    const keep = (): void => {
      // What never became a request has no story that it could be shown with.
      if (isKept || response.locals['asked'] !== true) return;
      isKept = true;
      const { rawBody = Buffer.alloc(0) } = request as { rawBody?: Buffer };
      content.keep(
        {
          requestId: String(response.locals['requestId']),
          holderId,
          requestBody: rawBody,
          answerStatus: response.statusCode,
          answerType: String(response.getHeader('content-type') ?? ''),
          answerBody: answer.body() ?? null,
        },
        days,
      );
    };
    const answer = collectAnswer(response, async () => keep());
    // The caller left in the middle; with an Idempotency-Key the answer is still made to its end.
    response.once('close', () => {
      if (response.locals['finishes'] !== true) keep();
    });
    next();
  };
}
