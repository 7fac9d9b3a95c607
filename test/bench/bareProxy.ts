// The reference of the benchmark: the least that a proxy on Express can do. Body parsed, sent on, answer parsed and sent back.
import express from 'express';
import { Agent, request } from 'undici';
import { tellPort } from './tellPort.ts';

const upstream = process.argv[2] ?? '';
const dispatcher = new Agent({ connections: 256 });
const app = express();
app.use(express.json({ limit: '10mb' }));
app.post('/v1/chat', async (incoming, response) => {
  const reply = await request(`${upstream}/v1/chat/completions`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json', authorization: 'Bearer upstream' },
    body: JSON.stringify(incoming.body),
  });
  if (incoming.body.stream === true) {
    response.setHeader('content-type', 'text/event-stream');
    reply.body.pipe(response);
    return;
  }
  response.json(await reply.body.json());
});
const server = app.listen(0, '127.0.0.1', () => tellPort(server));
