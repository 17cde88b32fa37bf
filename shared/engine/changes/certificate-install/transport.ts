/** What the transport port shows of its certificate: to a greeting that is never finished, because nodes refuse strangers loudly. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { clientHello, greetings, isWhole, mostHelloBytes, readHello } from '../../../text/tls-hello.ts';
import { readCertificateDer } from '../../../text/x509.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { findListener } from '../../elasticsearch/listening.ts';
import { isLost } from '../../elasticsearch/node.ts';

type Context = Pick<ChangeContext, 'host' | 'clock' | 'signal' | 'progress'>;

/** The node looks at its files every 5 seconds; a new pair was live on transport after at most 4.9 s on 8.19.21. Milliseconds. */
const patience = 30_000;

/**
 * SHA-256 of the certificate on the port, lower-case hexadecimal; undefined where none is shown in clear (TLS 1.3 alone shows it to
 * nobody who does not finish). Errors: those of the connection.
 */
export async function shownFingerprint(context: Context, port: number): Promise<Result<string | undefined>> {
  const address = await findListener(context.host, port, context.signal);
  if (!address.ok || address.value === undefined) return address;
  const heard = await context.host.exchange(
    {
      address: address.value,
      port,
      bytes: clientHello(greetings.current),
      enough: isWhole,
      timeoutSeconds: 10,
      maxBytes: mostHelloBytes,
    },
    context.signal,
  );
  if (!heard.ok) return isLost(heard.error) ? heard : succeed(undefined);
  const answer = readHello(heard.value);
  const leaf = answer.type === 'agreed' ? answer.chain?.[0] : undefined;
  const read = leaf === undefined ? undefined : readCertificateDer(leaf);
  return succeed(read?.fingerprint256.replaceAll(':', '').toLowerCase());
}

/** Other nodes are shown this certificate. A port that shows none is left out. Errors: VERIFY_FAILED, the connection's. */
export async function proveTransport(
  context: Context,
  port: number,
  fingerprint: string,
): Promise<Result<void>> {
  const until = context.clock.elapsed() + patience;
  for (;;) {
    const seen = await shownFingerprint(context, port);
    if (!seen.ok) return seen;
    if (seen.value === fingerprint) return succeed(undefined);
    if (context.clock.elapsed() >= until) {
      return seen.value === undefined
        ? succeed(undefined)
        : fail(
            appError(
              'VERIFY_FAILED',
              `Port ${port} does not show the new certificate to other nodes.`,
              'Read the log of the node: it says why it could not load the files, or which files it uses.',
              { hostState: 'changed' },
            ),
          );
    }
    context.progress(`Waiting until port ${port} shows the certificate`);
    if (!(await context.clock.sleep(1000, context.signal))) return succeed(undefined);
  }
}
