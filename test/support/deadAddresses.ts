// Addresses of providers that cannot be reached: nobody listens, the name is unknown, or the handshake never ends.
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import type { ProviderName } from '../../src/domain/catalog.ts';
import { toBaseUrls } from './faults.ts';

export type DeadAddresses = {
  readonly baseUrls: Readonly<
    Record<'refused' | 'dns-failure' | 'slow-connect', Readonly<Record<ProviderName, string>>>
  >;
  close(): Promise<void>;
};

export async function openDeadAddresses(): Promise<DeadAddresses> {
  const sockets = new Set<Socket>();
  const mute: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as AddressInfo;
  return {
    baseUrls: {
      // Port 1 is nobody's.
      refused: toBaseUrls(() => 'http://127.0.0.1:1'),
      'dns-failure': toBaseUrls(() => 'http://no-such-host.invalid'),
      'slow-connect': toBaseUrls(() => `https://127.0.0.1:${port}`),
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => mute.close(() => resolve()));
    },
  };
}
