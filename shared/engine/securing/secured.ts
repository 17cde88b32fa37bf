/** What is done with a node that has just come up secured, and how it is known that one is. */

import type { EsInstall } from '../../domain/elasticsearch.ts';
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { ChangeContext } from '../change-kind.ts';
import {
  keystoreOwnership,
  listKeystore,
  readKeystoreFile,
  removeEntries,
  toolPlace,
} from '../elasticsearch/keystore.ts';
import { findListener } from '../elasticsearch/listening.ts';
import {
  askNode,
  at,
  isLost,
  jsonOf,
  type NodeDoor,
  tryCredential,
  waitForCredential,
} from '../elasticsearch/node.ts';
import { readFile, writeFileAtomic } from '../host-files.ts';
import { textOf } from '../host-script.ts';
import type { NodeCredential } from '../ports.ts';
import { onceForAll } from '../together/meeting.ts';

/** Keystore entry by which a node knows its first password of `elastic`. */
export const bootstrapEntry = 'bootstrap.password';

export const caPath = (install: EsInstall) => `${install.pathConf}/certs/http_ca.crt`;

/** The HTTP port with the CA of this very configuration pinned. Errors: ES_NOT_READY (nothing listens, no CA). */
export async function pinnedDoor(
  context: Pick<ChangeContext, 'host' | 'signal'>,
  install: EsInstall,
): Promise<Result<NodeDoor & { readonly caPem: string }>> {
  const file = await readFile(context.host, caPath(install));
  if (!file.ok) {
    return file;
  }
  const listener = await findListener(context.host, install.httpPort, context.signal);
  if (!listener.ok) {
    return listener;
  }
  if (file.value === 'absent' || listener.value === undefined) {
    return fail(
      appError(
        'ES_NOT_READY',
        file.value === 'absent'
          ? `${caPath(install)} is missing.`
          : `Nothing listens on port ${install.httpPort}.`,
        'Look at the node on the host.',
        { hostState: 'unknown', retryable: true },
      ),
    );
  }
  const caPem = textOf(file.value.bytes);
  return succeed({ address: listener.value, port: install.httpPort, tls: { caPem }, caPem });
}

function notAccepted(): AppError {
  return appError(
    'ES_AUTH_FAILED',
    'The secured node does not accept the password that was made for it.',
    'The old configuration is put back.',
    { hostState: 'changed', retryable: true },
  );
}

/** What else gives the user its password where the node knows an earlier one and so refuses the one of its keystore. */
export interface Otherwise {
  /** How long the first password is tried before; 1 to 600. */
  readonly seconds: number;
  readonly set: (door: NodeDoor) => Promise<Result<void>>;
}

type Basic = Extract<NodeCredential, { readonly type: 'basic' }>;

/**
 * Makes the password permanent and takes it out of the keystore again: until it is stored in the security index, the
 * node accepts the one from its keystore (seen on 8.19.21 and 9.x), so it was never without a known password.
 * In a cluster one node stores it, and every node has to accept it.
 */
export async function storePassword(
  context: ChangeContext,
  install: EsInstall,
  credential: Basic,
  otherwise?: Otherwise,
): Promise<Result<void>> {
  const door = await pinnedDoor(context, install);
  if (!door.ok) {
    return door;
  }
  const store = () => setPassword(context, door.value, credential, otherwise);
  const set = await onceForAll(context.together, 'password of elastic', store, 'changed');
  return set.ok ? await forgetFirst(context, install, door.value, credential) : set;
}

async function setPassword(
  context: ChangeContext,
  door: NodeDoor,
  credential: Basic,
  otherwise: Otherwise | undefined,
): Promise<Result<void>> {
  const accepted = await waitForCredential(context, door, credential, otherwise?.seconds ?? 180);
  if (!accepted.ok) {
    return accepted;
  }
  if (accepted.value !== 'accepted') {
    return otherwise === undefined ? fail(notAccepted()) : await otherwise.set(door);
  }
  const body = new Secret(JSON.stringify({ password: credential.password.reveal() }));
  for (let tries = 0; ; tries += 1) {
    const set = await askNode(context, door, `/_security/user/${credential.user}/_password`, {
      credential,
      method: 'POST',
      body,
      timeoutSeconds: 60,
    });
    if (set.ok && set.value.status === 200) {
      return succeed(undefined);
    }
    if (!set.ok && isLost(set.error)) {
      return set;
    }
    if (tries === 20) {
      return fail(
        appError(
          'ES_NOT_READY',
          'The node does not store the password of elastic.',
          'The old configuration is put back.',
          {
            hostState: 'changed',
            retryable: true,
            detail: set.ok ? `status ${set.value.status}` : set.error.message,
          },
        ),
      );
    }
    await context.clock.sleep(3000, context.signal);
  }
}

/** The first password leaves the keystore once the stored one is proven. */
async function forgetFirst(
  context: ChangeContext,
  install: EsInstall,
  door: NodeDoor,
  credential: NodeCredential,
): Promise<Result<void>> {
  const again = await waitForCredential(context, door, credential, 60);
  if (!again.ok || again.value !== 'accepted') {
    return again.ok ? fail(notAccepted()) : again;
  }
  const place = await toolPlace(context, install);
  if (!place.ok) {
    return place;
  }
  const removed = await removeEntries(context, place.value, [bootstrapEntry]);
  if (!removed.ok) {
    return removed;
  }
  return await putKeystoreRight(context, install);
}

async function putKeystoreRight(context: ChangeContext, install: EsInstall): Promise<Result<void>> {
  const file = await readKeystoreFile(context, install.pathConf);
  const wanted = await keystoreOwnership(context, install);
  if (!file.ok || !wanted.ok || file.value === 'absent') {
    return file.ok ? (wanted.ok ? succeed(undefined) : wanted) : file;
  }
  const { owner, group, mode } = wanted.value;
  return file.value.owner === owner && file.value.group === group && file.value.mode === mode
    ? succeed(undefined)
    : await writeFileAtomic(context.host, `${install.pathConf}/elasticsearch.keystore`, file.value.bytes, {
        tag: context.tag,
        ...wanted.value,
      });
}

/**
 * What is not yet as a secured node must be, in words; empty when everything holds. Asks the node (a stranger, plain
 * HTTP, the vault's password with the CA pinned), then looks at files.
 */
export async function shortcomings(
  context: ChangeContext,
  install: EsInstall,
  password: Secret | undefined,
): Promise<Result<readonly string[]>> {
  const door = await pinnedDoor(context, install);
  if (!door.ok) {
    return door.error.code === 'ES_NOT_READY' ? succeed([door.error.message]) : door;
  }
  const found: string[] = [];
  const stranger = await askNode(context, door.value, '/_security/_authenticate');
  if (!stranger.ok && isLost(stranger.error)) {
    return stranger;
  }
  if (!stranger.ok || stranger.value.status !== 401) {
    found.push(
      stranger.ok
        ? `A stranger is answered with ${stranger.value.status}.`
        : 'The node does not answer over TLS by its own CA.',
    );
  }
  const plain = await askNode(context, { ...door.value, tls: false }, '/_cluster/health');
  if (!plain.ok && isLost(plain.error)) {
    return plain;
  }
  if (plain.ok) {
    found.push('The port answers plain HTTP.');
  }
  if (password === undefined) {
    found.push('The vault holds no password of elastic.');
  } else if (found.length === 0) {
    found.push(
      ...(await insideShortcomings(context, door.value, { type: 'basic', user: 'elastic', password })),
    );
  }
  return succeed(found);
}

async function insideShortcomings(
  context: ChangeContext,
  door: NodeDoor,
  credential: NodeCredential,
): Promise<readonly string[]> {
  const accepted = await tryCredential(context, door, credential);
  if (!accepted.ok || accepted.value !== 'accepted') {
    return ['The node does not accept the password from the vault.'];
  }
  const settings = await askNode(
    context,
    door,
    '/_nodes/_local/settings?flat_settings=true&filter_path=nodes.*.settings',
    {
      credential,
    },
  );
  const nodes = settings.ok ? at(jsonOf(settings.value), 'nodes') : undefined;
  const first: unknown = typeof nodes === 'object' && nodes !== null ? Object.values(nodes)[0] : undefined;
  const transport = at(first, 'settings', 'xpack.security.transport.ssl.enabled');
  return transport === 'true' ? [] : ['The node does not report TLS between nodes as switched on.'];
}

/**
 * Files that must be there besides `certificates` (below the configuration directory), readable for the service and closed to others; undefined when
 * they are.
 */
export async function checkFiles(
  context: ChangeContext,
  install: EsInstall,
  certificates: readonly string[],
): Promise<Result<string | undefined>> {
  for (const name of [...certificates, 'certs/http_ca.crt', 'elasticsearch.keystore', 'elasticsearch.yml']) {
    const file = await readFile(context.host, `${install.pathConf}/${name}`);
    if (!file.ok) {
      return file;
    }
    if (file.value === 'absent') {
      return succeed(`${name} is missing.`);
    }
    if (!file.value.mode.endsWith('0')) {
      return succeed(`${name} is open to every user of the host (mode ${file.value.mode}).`);
    }
  }
  const place = await toolPlace(context, install);
  const names = place.ok ? await listKeystore(context, place.value) : place;
  if (!names.ok) {
    return names;
  }
  return succeed(
    names.value?.includes(bootstrapEntry) === true
      ? 'The keystore still holds the first password.'
      : undefined,
  );
}
