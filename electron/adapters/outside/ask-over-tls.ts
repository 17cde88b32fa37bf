/** Shakes hands by TLS with whoever is there, shows the chain, and asks for `/` without a credential. */
import { connect } from 'node:tls';
import type { TlsPeer } from '../../../shared/engine/ports.ts';
import { readTlsPeer } from '../tls-peer.ts';
import { bareRequest, firstAnswer } from './bare-request.ts';

export interface TlsAnswer {
  /** Undefined when the handshake could not be finished. */
  readonly peer: TlsPeer | undefined;
  /** Undefined when no HTTP answer came. */
  readonly status: number | undefined;
  /** The other side wants to see a certificate of ours. */
  readonly wantsCertificate: boolean;
}

/** Undefined: the port does not speak TLS. */
export function askOverTls(
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<TlsAnswer | undefined> {
  return new Promise((resolve) => {
    let peer: TlsPeer | undefined;
    let text = '';
    const socket = connect({
      host: address,
      port,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ALPNProtocols: ['http/1.1'],
    });
    const finish = (answer: TlsAnswer | undefined) => {
      signal.removeEventListener('abort', onEnd);
      socket.destroy();
      resolve(answer);
    };
    const onEnd = () =>
      finish(
        peer === undefined ? undefined : { peer, status: firstAnswer(text).status, wantsCertificate: false },
      );
    socket.on('secureConnect', () => {
      peer = readTlsPeer(socket, false);
      socket.write(bareRequest(address, port));
    });
    socket.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('latin1')).slice(0, 4096);
      if (firstAnswer(text).complete) onEnd();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // An alert is TLS too: the other side understood the hello, and it refuses us.
      const alert =
        /alert (bad certificate|certificate required|unknown ca|handshake failure|protocol version)|CERTIFICATE_REQUIRED|BAD_CERTIFICATE/i.exec(
          `${error.code ?? ''} ${error.message}`,
        );
      if (alert === null) return onEnd();
      finish({ peer, status: undefined, wantsCertificate: /certificate/i.test(alert[0]) });
    });
    socket.on('close', onEnd);
    signal.addEventListener('abort', onEnd, { once: true });
    if (signal.aborted) onEnd();
  });
}
