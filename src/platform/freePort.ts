// Whether a port can be listened on, asked by listening on it for a moment.
import { createServer } from 'node:net';
import type { Clock } from './clock.ts';
import { StartError } from './startError.ts';

/** The children of a supervisor that was killed drain that long and hold the port. */
const FREE_WITHIN_MS = 5_000;

/** That port (for 0 any free one), or undefined when somebody listens there. */
export function tryPort(port: number, host = '127.0.0.1'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

/** @throws StartError when somebody else keeps the port, or this process may not have it */
export async function waitForPort(
  { host, port }: { readonly host: string; readonly port: number },
  clock: Clock,
  stopping: AbortSignal,
): Promise<void> {
  const deadline = clock.monotonicMs() + FREE_WITHIN_MS;
  while (!(await canListen(host, port))) {
    if (clock.monotonicMs() >= deadline) {
      throw new StartError(`PORT: found ${port} on ${host}, which is taken by another program; allowed: a free port`);
    }
    await clock.sleep(200, stopping);
  }
}

async function canListen(host: string, port: number): Promise<boolean> {
  try {
    return (await tryPort(port, host)) !== undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    throw new StartError(
      `HOST and PORT: found ${host} and ${port}, which cannot be listened on (${code}); ` +
        `allowed: an address of this machine, and a port that this user may use`,
      { cause: error },
    );
  }
}
