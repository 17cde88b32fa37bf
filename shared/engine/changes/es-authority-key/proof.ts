/** What the node makes of the new store: the same certificate on its port, and one private key in its own list. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { keptAuthority } from '../../certificates/kept-authority.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { linesOf, listedCertificates } from '../../elasticsearch/listed-certificates.ts';
import { findListener } from '../../elasticsearch/listening.ts';
import type { NodeDoor } from '../../elasticsearch/node.ts';
import { servedPeer } from '../certificate-install/served.ts';

type Change = ChangeOf<'es-authority-key'>;

/** Longer than the 5 seconds between two looks that the node takes at its files. */
const watchRound = 6000;

function failed(message: string, nextStep: string): Result<never> {
  return fail(appError('VERIFY_FAILED', message, nextStep, { hostState: 'changed' }));
}

/** How many private keys of the store the node finds, as it reads the file now; undefined where it tells nobody. */
async function keysListed(
  change: Change,
  door: NodeDoor,
  context: ChangeContext,
): Promise<Result<number | undefined>> {
  const listed = await listedCertificates(door, context);
  if (!listed.ok) return listed;
  if (listed.value === undefined) return succeed(undefined);
  if (listed.value === 'unreadable')
    return failed(
      `The node cannot read ${change.store} as it is now.`,
      'Undo this step; the log of the node says why.',
    );
  const mine = linesOf(listed.value, change.store);
  return mine.length > 0
    ? succeed(mine.filter((one) => one.hasPrivateKey).length)
    : failed(
        `The node does not use ${change.store}.`,
        'Undo this step, and assess again to see which files it uses.',
      );
}

/** SHA-256 of each certificate on the port, the node's first, parted by blanks; undefined where nothing there speaks TLS. */
export async function servedChain(
  change: Change,
  context: ChangeContext,
): Promise<Result<string | undefined>> {
  const peer = await servedPeer(context, change.install.httpPort);
  if (!peer.ok) return peer;
  const prints = (peer.value?.chain ?? []).map(({ fingerprint256 }) =>
    fingerprint256.replaceAll(':', '').toLowerCase(),
  );
  return succeed(prints.length === 0 ? undefined : prints.join(' '));
}

/** The node answers again within this time where it was busy just then; milliseconds. */
const patience = 20_000;

async function stillServes(change: Change, chain: string, context: ChangeContext): Promise<Result<boolean>> {
  const until = context.clock.elapsed() + patience;
  for (;;) {
    const now = await servedChain(change, context);
    if (!now.ok) return now;
    if (now.value === chain) return succeed(true);
    if (now.value !== undefined || context.clock.elapsed() >= until) return succeed(false);
    if (!(await context.clock.sleep(1000, context.signal))) return succeed(false);
  }
}

/**
 * The port serves the certificates of before, and the node can read the new store: by its
 * own list, or, where nobody may ask for that, by going on to serve past its next look at the file.
 *
 * @param chain as `servedChain` told it before
 * Errors: VERIFY_FAILED, those of the vault and the connection.
 */
export async function proveServed(
  change: Change,
  chain: string,
  context: ChangeContext,
): Promise<Result<void>> {
  const port = change.install.httpPort;
  const authority = await keptAuthority(context.secrets, change.authorityRef);
  if (!authority.ok) return authority;
  const caPem = authority.value?.certificatePem ?? '';
  const address = await findListener(context.host, port, context.signal);
  if (!address.ok) return address;
  const door: NodeDoor = { address: address.value ?? '127.0.0.1', port, tls: { caPem } };
  const listed = await keysListed(change, door, context);
  if (!listed.ok) return listed;
  if (listed.value !== undefined && listed.value !== 1)
    return failed(
      `The node finds ${listed.value} private keys in ${change.store} instead of its own one.`,
      'Find out what else writes this file.',
    );
  if (listed.value === undefined) {
    context.progress('Waiting until the node has looked at the store');
    await context.clock.sleep(watchRound, context.signal);
  }
  const live = await stillServes(change, chain, context);
  if (!live.ok) return live;
  return live.value
    ? succeed(undefined)
    : failed(
        `Port ${port} does not serve the certificates of before any more.`,
        'Read the log of the node: it says why it could not load the store.',
      );
}
