// The OpenAPI 3.1 document, made of the routes and of the very schemas that requests are checked with. Pure.
import { z } from 'zod';
import { ERROR_CATALOGUE, type ErrorCode } from '../domain/errors.ts';
import type { AnswerDoc, Route } from './routes/route.ts';

type Json = Record<string, unknown>;

/** Every route behind a key can raise these. */
const COMMON_ERRORS: readonly ErrorCode[] = ['invalid_api_key', 'rate_limit_exceeded', 'internal_error', 'overloaded'];

/** Of the HTTP API, whose paths begin with /v1; not of the package. */
const API_VERSION = '1.0.0';

export function createOpenApi(routes: readonly Route[]): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = toTemplate(route.path);
    paths[path] = { ...paths[path], [route.method]: toOperation(route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Omni-Model Router',
      version: API_VERSION,
      description: 'Sends each chat request to the model that should answer it, and can prove why.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    // Their order on the page.
    tags: ['Chat', 'Models', 'Usage', 'Audit', 'Admin', 'Service'].map((name) => ({ name })),
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

/** An error everywhere but on `/v1/messages`, which has Anthropic's shape. */
export const ErrorAnswer = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.enum(Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]]),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
    request_id: z.string(),
  })
  .meta({ title: 'Error' });

/** Express writes `:id` and `*id`, OpenAPI `{id}`. */
export function toTemplate(path: string): string {
  return path.replaceAll(/[:*](\w+)/g, '{$1}');
}

/** What `middleware/idempotency.ts` takes, on the routes that can raise its error. */
const IDEMPOTENCY: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and body again within 24 hours gives the first answer again, without a second call.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function toOperation({ method, path, access, doc }: Route, schemas: Json): Json {
  const inPath = [...path.matchAll(/[:*](\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const body = doc.body && { required: true, content: { 'application/json': { schema: refer(doc.body, schemas) } } };
  return {
    operationId: operationId(method, path),
    summary: doc.summary,
    ...(doc.description === undefined ? {} : { description: doc.description }),
    tags: [doc.tag],
    ...(access === 'open' ? { security: [] } : {}),
    ...(doc.scope === undefined ? {} : { 'x-scope': doc.scope }),
    parameters: [
      ...inPath,
      ...toQuery(doc.query),
      ...(doc.errors?.includes('idempotency_conflict') ? [IDEMPOTENCY] : []),
    ],
    ...(body ? { requestBody: body } : {}),
    responses: { ...toAnswers(doc.answers, schemas), ...toErrors(access, doc, schemas) },
  };
}

function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'v1');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function toQuery(query: z.ZodObject | undefined): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function toAnswers(answers: Route['doc']['answers'], schemas: Json): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      { description: answer.description, ...toContent(answer, schemas) },
    ]),
  );
}

function toContent({ schema, contentType }: AnswerDoc, schemas: Json): Json {
  if (!schema && contentType === undefined) return {};
  const shape = schema ? { schema: refer(schema, schemas, 'output') } : { schema: { type: 'string' } };
  const json = schema ? { 'application/json': shape } : {};
  return {
    content: { ...json, ...(contentType === undefined ? {} : { [contentType]: { schema: { type: 'string' } } }) },
  };
}

function toErrors(
  access: Route['access'],
  { errors: own = [], errorAnswer = ErrorAnswer }: Route['doc'],
  schemas: Json,
): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...(access === 'key' ? COMMON_ERRORS : []), ...own])) {
    const { status } = ERROR_CATALOGUE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = { 'application/json': { schema: refer(errorAnswer, schemas, 'output') } };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, { description: codes.join(', '), content }]),
  );
}

/** A schema with a title stands once, under that title; others stand where they are used. */
function refer(schema: z.ZodType, schemas: Json, io: 'input' | 'output' = 'input'): Json {
  const made = schemaOf(schema, io);
  const title = made['title'];
  if (typeof title !== 'string') return made;
  schemas[title] = made;
  return { $ref: `#/components/schemas/${title}` };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return made;
}
