// The outside feeds on loopback: each path answers what a test says, and remembers who asked.
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FeedPlaces } from '../../workers/job.ts';

export type FeedAnswer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless it is text. */
  readonly body?: unknown;
  /** Sends that share of the body and cuts the connection. */
  readonly cutAfter?: number;
  /** Never answers. */
  readonly mute?: boolean;
};
export type FeedServer = {
  readonly url: string;
  readonly places: FeedPlaces;
  /** By path without query, or with it where a test wants it so. */
  readonly answers: Map<string, FeedAnswer | ((request: IncomingMessage, body: string) => FeedAnswer)>;
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
  close(): Promise<void>;
};

export const MODELS_PATH = '/openrouter/models';
export const DEV_PATH = '/models-dev/api.json';
export const RATINGS_PATH = '/aa/api/v2/language/models/free';
export const WEBHOOK_PATH = '/webhook';

export async function openFeedServer(): Promise<FeedServer> {
  const answers: FeedServer['answers'] = new Map();
  const asked: { path: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const path = request.url ?? '';
      asked.push({ path, headers: request.headers, body });
      const found = answers.get(path) ??
        answers.get(path.split('?')[0] ?? '') ?? { status: 404, body: { error: 'none' } };
      const answer = typeof found === 'function' ? found(request, body) : found;
      if (answer.mute) return;
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? null);
      response.writeHead(answer.status ?? 200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        ...answer.headers,
      });
      if (answer.cutAfter === undefined) response.end(text);
      else response.write(text.slice(0, Math.floor(text.length * answer.cutAfter)), () => response.destroy());
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    answers,
    asked,
    places: {
      openrouter: { baseUrl: `${url}/openrouter`, apiKey: undefined },
      modelsDevUrl: `${url}${DEV_PATH}`,
      artificialAnalysis: { baseUrl: `${url}/aa`, apiKey: 'test-key' },
      webhook: { url: `${url}${WEBHOOK_PATH}`, secret: 'test-secret' },
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
