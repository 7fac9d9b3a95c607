// A TCP proxy that can be cut: what stands behind it lives on, and nobody reaches it.
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export type TcpProxy = {
  readonly port: number;
  /** Cuts every connection and takes no other until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
};

type Target = { readonly host: string; readonly port: number };

/** The target may be known later than the proxy's own port. */
export async function openTcpProxy(target: () => Target): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let whole = true;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (!whole) return void near.destroy();
    const far = connect(target());
    keep(far);
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      whole = false;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      whole = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
