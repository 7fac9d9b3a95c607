// GET /openapi.json and /docs: the API as a document for machines and as a page for people, both made of the routes themselves.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { RouterError } from '../../domain/errors.ts';
import { createOpenApi } from '../openapi.ts';
import type { Route } from './route.ts';

/** The given routes with those of the reference, which describe them all, themselves too. */
export function withReference(others: readonly Route[]): readonly Route[] {
  const routes: Route[] = [...others];
  const openapi: Route = {
    method: 'get',
    path: '/openapi.json',
    access: 'open',
    doc: {
      summary: 'This API as an OpenAPI 3.1 document',
      tag: 'Service',
      answers: { 200: { description: 'The document', schema: z.looseObject({ openapi: z.string() }) } },
    },
    create: () => {
      const document = createOpenApi(routes);
      return (_request, response) => {
        response.json(document);
      };
    },
  };
  routes.push(openapi, page, asset);
  return routes;
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Omni-Model Router: API reference</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="reference"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
const START = `SwaggerUIBundle({
  url: '/openapi.json', dom_id: '#reference', deepLinking: true, validatorUrl: null, docExpansion: 'list',
  defaultModelsExpandDepth: 0, tryItOutEnabled: true, persistAuthorization: false,
});
`;

const page: Route = {
  method: 'get',
  path: '/docs',
  access: 'open',
  doc: {
    summary: 'This API as a page to read and try',
    tag: 'Service',
    answers: { 200: { description: 'The page', contentType: 'text/html' } },
  },
  create: () => (_request, response) => {
    response.type('html').send(PAGE);
  },
};

const FILES: ReadonlySet<string> = new Set(['swagger-ui.css', 'swagger-ui-bundle.js']);

const asset: Route = {
  method: 'get',
  path: '/docs/:file',
  access: 'open',
  doc: {
    summary: 'The files of that page',
    tag: 'Service',
    answers: { 200: { description: 'A script or a style sheet', contentType: 'application/octet-stream' } },
    errors: ['not_found'],
  },
  create: () => {
    const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
    return (request, response, next) => {
      const file = String(request.params['file']);
      if (file === 'start.js') response.type('js').send(START);
      else if (FILES.has(file))
        response.sendFile(join(folder, file), { maxAge: '1h' }, (error) => error && next(error));
      else throw new RouterError('not_found', `There is nothing at GET ${request.path}.`, { shouldRetry: false });
    };
  },
};
