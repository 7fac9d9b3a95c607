// The document of the API, over real HTTP: valid, complete, and true of real answers.
import { expect } from 'chai';
import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import { MessagesError } from '../../../src/api/anthropic/messagesAnswer.ts';
import { ErrorAnswer, toTemplate } from '../../../src/api/openapi.ts';
import { ROUTES } from '../../../src/api/routes/registry.ts';
import { type Json, useRouter } from '../../support/router.ts';

const CLAUDE = { model: 'anthropic/claude-sonnet-4-6', max_tokens: 100 };
const messages = [{ role: 'user', content: 'What is the capital of France?' }];

describe('the API reference', () => {
  const router = useRouter();

  it('is a valid OpenAPI 3.1 document, open to everybody', async () => {
    const reply = await router().send('/openapi.json', { key: null });
    expect(reply.status).to.equal(200);
    const validator = new Validator();
    const { valid, errors } = await validator.validate(reply.body);
    expect({ valid, errors }).to.deep.equal({ valid: true, errors: undefined });
    expect(validator.version).to.equal('3.1');
  });

  it('has every route and nothing else, each with a summary and its errors', async () => {
    const { body } = await router().send('/openapi.json', { key: null });
    const documented = Object.entries(body['paths'] ?? {}).flatMap(([path, operations]) =>
      Object.keys(operations ?? {}).map((method) => `${method} ${path}`),
    );
    expect(documented).to.have.members(ROUTES.map(({ method, path }) => `${method} ${toTemplate(path)}`));
    const chat = body['paths']?.['/v1/chat']?.['post'];
    expect(chat?.['summary']).to.be.a('string');
    expect(Object.keys(chat?.['responses'] ?? {})).to.include.members([
      '200',
      '400',
      '401',
      '429',
      '502',
      '503',
      '504',
    ]);
  });

  it('names each operation once', async () => {
    const { body } = await router().send('/openapi.json', { key: null });
    const ids = Object.values(body['paths'] ?? {}).flatMap((operations) =>
      Object.values(operations ?? {}).map((operation) => JSON.stringify((operation as Json)['operationId'])),
    );
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('describes what is really answered', async () => {
    const asked = await router().send('/v1/chat', { body: { messages } });
    const id = asked.headers.get('x-request-id');
    const seen: [string, string, Json][] = [
      ['post', '/v1/chat', asked.body],
      ['post', '/v1/agent-step', (await router().send('/v1/agent-step', { body: { messages } })).body],
      [
        'post',
        '/v1/chat/completions',
        (
          await router().send('/v1/chat/completions', {
            body: { model: 'auto', messages },
            headers: { 'x-omni-metadata': 'true' },
          })
        ).body,
      ],
      ['post', '/v1/messages', (await router().send('/v1/messages', { body: { ...CLAUDE, messages } })).body],
      [
        'post',
        '/v1/messages',
        (await router().send('/v1/messages', { body: { ...CLAUDE, model: 'auto', messages } })).body,
      ],
      [
        'post',
        '/v1/messages/count_tokens',
        (await router().send('/v1/messages/count_tokens', { body: { model: 'auto', messages } })).body,
      ],
      ['post', '/v1/router/debug', (await router().send('/v1/router/debug', { body: { messages } })).body],
      ['get', '/v1/models', (await router().send('/v1/models')).body],
      ['get', '/v1/models/*id', (await router().send('/v1/models/openai/gpt-5.4-mini')).body],
      ['get', '/v1/usage', (await router().send('/v1/usage')).body],
      ['get', '/v1/requests/:id', (await router().send(`/v1/requests/${id}`)).body],
      ['get', '/health', (await router().send('/health', { key: null })).body],
      ['get', '/ready', (await router().send('/ready', { key: null })).body],
    ];
    for (const [method, path, body] of seen) {
      const route = ROUTES.find((one) => one.method === method && one.path === path);
      const schema = route?.doc.answers[200]?.schema;
      expect(schema, `${method} ${path}`).to.be.instanceOf(z.ZodType);
      const result = schema?.safeParse(body);
      expect(result?.error?.issues, `${method} ${path}`).to.equal(undefined);
    }
  });

  it('describes errors as they are, in the shape of each surface', async () => {
    const { body } = await router().send('/openapi.json', { key: null });
    const schemaOf = (path: string): unknown =>
      body['paths']?.[path]?.['post']?.['responses']?.['400']?.['content']?.['application/json']?.['schema'];
    expect(schemaOf('/v1/chat')).to.deep.equal({ $ref: '#/components/schemas/Error' });
    expect(schemaOf('/v1/messages')).to.deep.equal({ $ref: '#/components/schemas/MessagesError' });
    const ours = await router().send('/v1/chat', { body: {} });
    const theirs = await router().send('/v1/messages', { body: {} });
    expect(ErrorAnswer.safeParse(ours.body).error).to.equal(undefined);
    expect(MessagesError.safeParse(theirs.body).error).to.equal(undefined);
    const keyless = await router().send('/v1/messages', { key: null, body: {} });
    expect(keyless.body).to.have.nested.property('error.type', 'authentication_error');
  });

  it('serves a page with its own files only', async () => {
    const page = await fetch(`${router().url}/docs`);
    expect(page.headers.get('content-type')).to.include('text/html');
    const text = await page.text();
    for (const [, file] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      if (file === 'data:,') continue;
      expect(file).to.match(/^\/docs\//);
      expect((await fetch(`${router().url}${file}`)).status, file).to.equal(200);
    }
    expect((await router().send('/docs/../package.json', { key: null })).status).to.be.oneOf([401, 404]);
    expect((await router().send('/docs/package.json', { key: null })).status).to.equal(404);
  });
});
