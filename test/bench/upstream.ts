// A provider that costs nothing: always the same whole answer, at once.
import { createServer } from 'node:http';
import { tellPort } from './tellPort.ts';

const answer = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_790_000_000,
  model: 'gpt-6-luna',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content: 'An answer of some length. '.repeat(20) },
    },
  ],
  usage: { prompt_tokens: 30, completion_tokens: 120, total_tokens: 150 },
});
const chunk = (delta: object, finish: string | null = null) => {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'gpt-6-luna' };
  return `data: ${JSON.stringify({ ...head, choices })}\n\n`;
};
const streamed = [
  chunk({ role: 'assistant', content: '' }),
  ...Array.from({ length: 20 }, () => chunk({ content: 'An answer of some length. ' })),
  chunk({}, 'stop'),
  'data: [DONE]\n\n',
].join('');
const server = createServer((incoming, response) => {
  let body = '';
  incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
  incoming.on('end', () => {
    const stream = body.includes('"stream":true');
    response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
    response.end(stream ? streamed : answer);
  });
});
server.listen(0, '127.0.0.1', () => tellPort(server));
