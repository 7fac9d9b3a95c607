// Starts an HTTP server, or says in one sentence why it could not.
import type { Server } from 'node:http';
import { StartError } from './startError.ts';

/** The URL that it listens on. @throws Error that names PORT or HOST and what is allowed */
export function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'which is taken by another program'
          : `which cannot be listened on (${error.code ?? error.message})`;
      reject(new StartError(`PORT: found ${port} on ${host}, ${why}; allowed: a free port`, { cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      const actual = typeof address === 'object' && address ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${actual}`);
    });
  });
}
