// A provider that costs nothing: always the same whole answer, at once.
import { createServer } from 'node:http';

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
const server = createServer((incoming, response) => {
  incoming.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});
