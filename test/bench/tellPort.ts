// A helper process of a bench: tells its parent where it listens, and ends with it.
import type { Server } from 'node:http';

export function tellPort(server: Server): void {
  process.on('disconnect', () => process.exit());
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
}
