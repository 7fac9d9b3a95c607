// A vendor on loopback that answers what a test says, byte for byte, and keeps what it was asked.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Asked = { path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> };
export type WireServer = { url: string; asked: Asked[]; closedEarly: () => number; close: () => Promise<void> };

export async function openWireServer(
  answer: (response: ServerResponse, asked: Asked) => void | Promise<void>,
): Promise<WireServer> {
  const asked: Asked[] = [];
  let closedEarly = 0;
  const server: Server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) closedEarly += 1;
    });
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}') as Record<string, unknown>;
      const one = { path: request.url ?? '', headers: request.headers, body };
      asked.push(one);
      void answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    closedEarly: () => closedEarly,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req-1', ...headers });
  response.end(JSON.stringify(body));
}

/** Anthropic names its events, the others do not and end with `[DONE]`, except Gemini. */
export function toSse(events: readonly unknown[], kind: 'openai' | 'anthropic' | 'gemini'): string {
  const lines = events.map((event) => {
    const name = kind === 'anthropic' ? `event: ${(event as { type: string }).type}\n` : '';
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return lines.join('') + (kind === 'openai' ? 'data: [DONE]\n\n' : '');
}

export function sendSse(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req-1' });
  response.end(text);
}
