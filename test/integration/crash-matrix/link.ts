/** The wire between operator and host: passes everything on until it is cut, and refuses new connections until it is healed. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Link {
  readonly port: number;
  cut(): void;
  heal(): void;
  close(): Promise<void>;
}

export async function layLink(address: string, port: number): Promise<Link> {
  const open = new Set<Socket>();
  let whole = true;
  const server: Server = createServer((inbound) => {
    if (!whole) {
      inbound.destroy();
      return;
    }
    const outbound = connect({ host: address, port, noDelay: true });
    inbound.setNoDelay(true);
    for (const [one, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const bound = server.address();
  const drop = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    cut() {
      whole = false;
      drop();
    },
    heal() {
      whole = true;
    },
    close() {
      drop();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
