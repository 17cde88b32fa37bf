/** A TCP proxy that passes a given number of pieces and then cuts the link, both ways at once. */
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Pieces passed so far on all connections together. */
  passed(): number;
  /** Cuts after so many further pieces; Infinity never. Existing connections count too. */
  cutAfter(pieces: number): void;
  /** Swallows everything from now on and keeps the connections open. */
  silence(): void;
  close(): Promise<void>;
}

export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  let passed = 0;
  let left = Number.POSITIVE_INFINITY;
  let silent = false;
  const open = new Set<Socket>();

  function pass(from: Socket, to: Socket): void {
    from.on('data', (piece) => {
      if (silent) return;
      if (left <= 0) {
        from.destroy();
        to.destroy();
        return;
      }
      left -= 1;
      passed += 1;
      to.write(piece);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    open.add(from);
    from.on('close', () => open.delete(from));
  }

  const server = createServer((inbound) => {
    const outbound = connect({ port: target, host: '127.0.0.1', noDelay: true });
    inbound.setNoDelay(true);
    pass(inbound, outbound);
    pass(outbound, inbound);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    passed: () => passed,
    cutAfter(pieces) {
      left = pieces;
    },
    silence() {
      silent = true;
    },
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
