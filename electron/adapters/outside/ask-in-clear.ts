/** Asks in clear: by HTTP first, and where that is not understood by Elasticsearch's transport protocol. */
import { connect } from 'node:net';
import { bareRequest, firstAnswer } from './bare-request.ts';

export type ClearAnswer =
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'transport' }
  | { readonly kind: 'other' }
  | { readonly kind: 'silent' };

/** Words with which the transport port turns away HTTP. */
const transportRefusal = /not an HTTP port|HTTP requests are not supported/i;

export async function askInClear(address: string, port: number, signal: AbortSignal): Promise<ClearAnswer> {
  const answer = await exchange(address, port, Buffer.from(bareRequest(address, port)), signal);
  const { status } = firstAnswer(answer.toString('latin1'));
  if (transportRefusal.test(answer.toString('latin1'))) return { kind: 'transport' };
  if (status !== undefined) return { kind: 'http', status };
  if (answer.subarray(0, 2).toString('latin1') === 'ES') return { kind: 'transport' };
  if (answer.length > 0) return { kind: 'other' };
  const pong = await exchange(address, port, transportPing(), signal);
  return pong.subarray(0, 2).toString('latin1') === 'ES' ? { kind: 'transport' } : { kind: 'silent' };
}

/** The keep-alive message of the transport protocol: the two letters and a length of minus one. It is answered in kind. */
function transportPing(): Buffer {
  return Buffer.from([0x45, 0x53, 0xff, 0xff, 0xff, 0xff]);
}

function exchange(address: string, port: number, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host: address, port, noDelay: true });
    const finish = () => {
      signal.removeEventListener('abort', finish);
      socket.destroy();
      resolve(received);
    };
    socket.on('connect', () => socket.write(message));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]).subarray(0, 4096);
      if (message.length < 10 || isEnough(received)) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
    signal.addEventListener('abort', finish, { once: true });
    if (signal.aborted) finish();
  });
}

/** A status line alone is not enough: the transport port says in the text behind it that it is none for HTTP. */
function isEnough(received: Buffer): boolean {
  const text = received.toString('latin1');
  if (transportRefusal.test(text)) return true;
  return firstAnswer(text).status !== undefined ? text.includes('\r\n\r\n') : received.length > 200;
}
