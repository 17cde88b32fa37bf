/** Which certificate the node really serves: only a handshake tells (its own list reads the files, not what is loaded). */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { findListener } from '../../elasticsearch/listening.ts';
import { isLost } from '../../elasticsearch/node.ts';
import type { TlsPeer } from '../../ports.ts';
import type { Resolved } from './issued.ts';

type ServedContext = Pick<ChangeContext, 'host' | 'clock' | 'signal' | 'progress'>;

/** The node looks at its files every 5 seconds; a new pair was live after at most 4.9 s on 8.19.21. */
const patience = 30;

const plain = (fingerprint: string) => fingerprint.replaceAll(':', '').toLowerCase();

function leafOf(peer: TlsPeer | undefined): string | undefined {
  const first = peer?.chain[0]?.fingerprint256;
  return first === undefined ? undefined : plain(first);
}

/** SHA-256 of the certificate on the port; undefined where nothing there speaks TLS. Errors: those of the connection. */
export async function servedFingerprint(
  context: ServedContext,
  port: number,
): Promise<Result<string | undefined>> {
  const peer = await servedPeer(context, port);
  return peer.ok ? succeed(leafOf(peer.value)) : peer;
}

/** What the port shows of itself; undefined where nothing there speaks TLS. Errors: those of the connection. */
export async function servedPeer(
  context: Pick<ServedContext, 'host' | 'signal'>,
  port: number,
): Promise<Result<TlsPeer | undefined>> {
  const address = await findListener(context.host, port, context.signal);
  if (!address.ok) return address;
  if (address.value === undefined) return succeed(undefined);
  const asked = await context.host.request(
    {
      address: address.value,
      port,
      tls: { caPem: 'observe-only' },
      method: 'GET',
      path: '/',
      timeoutSeconds: 8,
    },
    context.signal,
  );
  if (!asked.ok) return isLost(asked.error) ? asked : succeed(undefined);
  return succeed(asked.value.peer);
}

/** Waits until the port serves this certificate. False: it serves another one, or none, after 30 seconds. */
export async function waitForServed(
  context: ServedContext,
  port: number,
  fingerprint: string,
): Promise<Result<boolean>> {
  const until = context.clock.elapsed() + patience * 1000;
  for (;;) {
    const seen = await servedFingerprint(context, port);
    if (!seen.ok) return seen;
    if (seen.value === fingerprint) return succeed(true);
    if (context.clock.elapsed() >= until) return succeed(false);
    context.progress(`Waiting until port ${port} serves the certificate`);
    if (!(await context.clock.sleep(1000, context.signal))) return succeed(false);
  }
}

/** A client that trusts only the given authority gets through, by one of the names. Errors: VERIFY_FAILED. */
export async function proveServed(
  context: ServedContext,
  change: Resolved,
  port: number,
  fingerprint: string,
): Promise<Result<void>> {
  const live = await waitForServed(context, port, fingerprint);
  if (!live.ok) return live;
  if (!live.value)
    return fail(
      appError(
        'VERIFY_FAILED',
        `Port ${port} does not serve the new certificate.`,
        'Read the log of the node: it says why it could not load the files, or which files it uses.',
        { hostState: 'changed' },
      ),
    );
  const address = await findListener(context.host, port, context.signal);
  if (!address.ok) return address;
  const serverName = change.names.find((name) => !name.includes('*'));
  const asked = await context.host.request(
    {
      address: address.value ?? '127.0.0.1',
      port,
      tls: { caPem: change.caPem, ...(serverName === undefined ? {} : { serverName }) },
      method: 'GET',
      path: '/',
      timeoutSeconds: 10,
    },
    context.signal,
  );
  if (asked.ok && leafOf(asked.value.peer) === fingerprint) return succeed(undefined);
  if (!asked.ok && isLost(asked.error)) return asked;
  return fail(
    appError(
      'VERIFY_FAILED',
      `A client that trusts the given authority does not get through to port ${port}.`,
      'Look at the certificate and its names.',
      {
        hostState: 'changed',
        ...(asked.ok || asked.error.detail === undefined ? {} : { detail: asked.error.detail }),
      },
    ),
  );
}
