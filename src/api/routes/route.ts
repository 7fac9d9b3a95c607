// What a route is: one file, and one line in the registry. Its description is what /openapi.json is made of.
import type { RequestHandler } from 'express';
import type { z } from 'zod';
import type { ErrorCode } from '../../domain/errors.ts';
import type { ApiTools } from '../tools.ts';

export type AnswerDoc = {
  readonly description: string;
  /** JSON of this shape; without one the answer has no body, or is not JSON (`contentType`). */
  readonly schema?: z.ZodType;
  /** `application/json` when there is a schema. */
  readonly contentType?: string;
};

export type RouteDoc = {
  /** One line, as a heading. */
  readonly summary: string;
  readonly description?: string;
  readonly tag: 'Chat' | 'Models' | 'Usage' | 'Audit' | 'Admin' | 'Service';
  /** What a key must be allowed; without one any key, or none where the route is open. */
  readonly scope?: 'chat' | 'read' | 'admin';
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answers: { readonly [status: number]: AnswerDoc };
  /** Errors of another shape than everywhere else. */
  readonly errorAnswer?: z.ZodType;
  /** Codes of the catalogue that this route can raise, besides those that every route can. */
  readonly errors?: readonly ErrorCode[];
};

export type Route = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  /** `open` needs no key. */
  readonly access: 'open' | 'key';
  readonly doc: RouteDoc;
  readonly create: (tools: ApiTools) => RequestHandler;
};

/** What any route that asks a model can answer with. */
export const CHAT_ERRORS: readonly ErrorCode[] = [
  'validation_error',
  'context_too_long',
  'no_eligible_model',
  'budget_exceeded',
  'forbidden',
  'model_not_found',
  'payload_too_large',
  'idempotency_conflict',
  'providers_rate_limited',
  'provider_error',
  'provider_unavailable',
  'budget_unavailable',
  'provider_timeout',
];
