// What a route is: one file, and one line in the registry.
import type { RequestHandler } from 'express';
import type { ApiTools } from '../tools.ts';

export type Route = {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  /** `open` needs no key. */
  readonly access: 'open' | 'key';
  readonly create: (tools: ApiTools) => RequestHandler;
};
