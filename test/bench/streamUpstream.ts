// A provider that streams numbered tokens: at a steady pace, or, where the prompt says "fast", as many and as large as its reader takes.
import { type ServerResponse, createServer } from 'node:http';
import { tellPort } from './tellPort.ts';

const STEADY = { tokens: 100, everyMs: 50, padding: '' };
const FAST = { tokens: 1_500, everyMs: 0, padding: 'x'.repeat(400) };

function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'gpt-6-luna' };
  return `data: ${JSON.stringify({ ...head, choices })}\n\n`;
}

const WHOLE = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_790_000_000,
  model: 'gpt-6-luna',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'An answer.' } }],
  usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 },
});

async function stream(response: ServerResponse, { tokens, everyMs, padding }: typeof STEADY): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(chunk({ role: 'assistant', content: '' }));
  for (let token = 0; token < tokens && !response.destroyed; token++) {
    if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
    if (!response.write(chunk({ content: `${token}${padding} ` }))) await drained(response);
  }
  const usage = { prompt_tokens: 10, completion_tokens: tokens, total_tokens: tokens + 10 };
  const counted = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'gpt-6-luna' };
  response.end(`${chunk({}, 'stop')}data: ${JSON.stringify({ ...counted, choices: [], usage })}\n\ndata: [DONE]\n\n`);
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    if (body.includes('"stream":true')) void stream(response, body.includes('fast') ? FAST : STEADY);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(WHOLE);
  });
});
server.listen(0, '127.0.0.1', () => tellPort(server));
