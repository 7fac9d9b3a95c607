// The web page, built by Vite into one folder: its files, and for each of its own addresses the same document. What it may load is
// said in its policy: files of this host, nothing else.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import express, { type RequestHandler, type Response, type Router } from 'express';
import { RouterError } from '../domain/errors.ts';
import type { Random } from '../platform/clock.ts';

/** The first part of every address that the page itself answers; everything else is the API's. */
export const PAGE_ADDRESSES = ['sign-in', 'requests', 'models', 'what-if', 'playground', 'jobs', 'keys'] as const;

const NONCE_MARK = '__CSP_NONCE__';
const FILE_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.(js|css|svg|woff2)$/;
const FILE_TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

export function servePage({ folder, random }: { readonly folder: string; readonly random: Random }): Router {
  const router = express.Router();
  const document: RequestHandler = async (_request, response) => {
    const text = await readDocument(folder);
    const nonce = random.bytes(16).toString('base64');
    response
      .set({ 'content-security-policy': policyWith(nonce), 'cache-control': 'no-store' })
      .type('html')
      .send(text.replaceAll(NONCE_MARK, nonce));
  };
  router.get('/', document);
  for (const address of PAGE_ADDRESSES) router.get([`/${address}`, `/${address}/*rest`], document);
  router.get('/assets/:file', sendFile(join(folder, 'assets')));
  return router;
}

/** The component library writes a few rules of style into the document at run time: they carry this document's nonce. */
function policyWith(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

async function readDocument(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, 'index.html'), 'utf8');
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new RouterError('not_found', 'The web page is not built: run `npm run build`.', { shouldRetry: false });
  }
}

/** Files carry a digest in their names, so they never change; beside each stands its Brotli form. */
function sendFile(folder: string): RequestHandler<{ file: string }> {
  return async (request, response, next) => {
    const { file } = request.params;
    const type = FILE_TYPES[FILE_NAME.exec(file)?.[1] ?? ''];
    if (type === undefined) return next();
    const packed = /\bbr\b/.test(request.header('accept-encoding') ?? '') && (await isFile(join(folder, `${file}.br`)));
    if (!packed && !(await isFile(join(folder, file)))) return next();
    response.set({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    if (packed) response.set('content-encoding', 'br');
    pipeFile(join(folder, packed ? `${file}.br` : file), response);
  };
}

function pipeFile(path: string, response: Response): void {
  const file = createReadStream(path);
  file.once('error', (error) => response.destroy(error));
  file.pipe(response);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
