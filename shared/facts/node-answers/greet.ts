/** Greets a port that speaks TLS, and keeps what it shows in clear. Three greetings side by side, none of them finished. */
import type { LayerTls } from '../../domain/certificate.ts';
import type { HostReader, TlsPeer } from '../../engine/ports.ts';
import {
  clientHello,
  greetings,
  type HelloAnswer,
  isWhole,
  mostHelloBytes,
  readHello,
} from '../../text/tls-hello.ts';
import { readCertificateDer, readCertificatesPem } from '../../text/x509.ts';

type Greeting = keyof typeof greetings;

/** RFC 8446, 6.2: handshake failure, protocol version, insufficient security, inappropriate fallback. */
const refusals: ReadonlySet<number> = new Set([40, 70, 71, 86]);

/** @param handshake what a whole handshake showed, where there was one: TLS 1.3 shows certificates to nobody else */
export async function greetLayer(
  reader: HostReader,
  target: { readonly address: string; readonly port: number },
  handshake: TlsPeer | undefined,
  signal?: AbortSignal,
): Promise<LayerTls> {
  const say = async (name: Greeting): Promise<HelloAnswer> => {
    const answer = await reader.exchange(
      {
        ...target,
        bytes: clientHello(greetings[name]),
        enough: isWhole,
        timeoutSeconds: 10,
        maxBytes: mostHelloBytes,
      },
      signal,
    );
    return answer.ok ? readHello(answer.value) : { type: 'unclear' };
  };
  const [current, old, weak] = await Promise.all([say('current'), say('old'), say('weak')]);
  const shown = chainOf(current, handshake);
  return {
    // Without the leaf, the next one would be taken for it.
    chain: shown[0] === undefined ? [] : shown.flatMap((certificate) => certificate ?? []),
    unreadable: shown.filter((certificate) => certificate === undefined).length,
    asksForCertificate: current.type === 'agreed' ? current.asksForCertificate : undefined,
    current: outcomeOf(current),
    old: outcomeOf(old),
    weak: outcomeOf(weak),
  };
}

function chainOf(current: HelloAnswer, handshake: TlsPeer | undefined) {
  if (current.type === 'agreed' && current.chain !== undefined) return current.chain.map(readCertificateDer);
  return (handshake?.chain ?? []).map(({ pem }) => readCertificatesPem(pem).certificates[0]);
}

function outcomeOf(answer: HelloAnswer): LayerTls['current'] {
  if (answer.type === 'agreed') return { version: answer.version, suite: answer.suite };
  return answer.type === 'refused' && refusals.has(answer.alert) ? 'refused' : 'unclear';
}
