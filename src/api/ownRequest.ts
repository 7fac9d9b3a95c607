// A recorded request by the id in the path, of the caller's own org only.
import type { Request, Response } from 'express';
import { z } from 'zod';
import { RouterError } from '../domain/errors.ts';
import { type History, type RequestEvents, type StoryEvent, toRequestEvents } from '../replay/history.ts';
import { callerOf } from './middleware/authenticate.ts';

/** @throws RouterError `not_found`, also for another org's request: it is answered like one that never was */
export async function readOwnRequest(
  history: History,
  request: Request,
  response: Response,
  scope: 'chat' | 'read',
): Promise<{ readonly request: RequestEvents; readonly events: readonly StoryEvent[] }> {
  const { orgId } = callerOf(response, scope);
  const id = z.uuid().safeParse(request.params['id']);
  const events = id.success ? await history.readRequest(id.data) : [];
  const found = toRequestEvents(events);
  if (!found || found.routed.orgId !== orgId)
    throw new RouterError('not_found', 'There is no request of that id.', { shouldRetry: false });
  return { request: found, events };
}
