/** Finds a credential that may set passwords: the operator's, that of `elastic` in the vault, else the one that only this host's keystore knows. */
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readHttpCa } from '../../elasticsearch/http-ca.ts';
import { listKeystore, showEntry, toolPlace } from '../../elasticsearch/keystore.ts';
import { operatorLoginRef, unpackLogin } from '../../elasticsearch/logins.ts';
import { elasticRef, isLost, type NodeDoor, probeHttp, tryCredential } from '../../elasticsearch/node.ts';
import { mayManageUsers } from '../../elasticsearch/reader.ts';
import type { NodeCredential } from '../../ports.ts';

/** The HTTP port as it must be spoken to for secrets: its CA pinned, or in clear inside the SSH connection. */
export async function secretDoor(context: ChangeContext, install: EsInstall): Promise<Result<NodeDoor>> {
  const speech = await probeHttp(context, install.httpPort);
  if (!speech.ok) {
    return speech;
  }
  if (speech.value.speaks === 'nothing') {
    return fail(
      appError(
        'ES_NOT_READY',
        `Nothing answers on port ${install.httpPort}.`,
        'Start the node and try again.',
        {
          hostState: 'unchanged',
          retryable: true,
        },
      ),
    );
  }
  const { address, speaks } = speech.value;
  if (speaks === 'plain') {
    return succeed({ address, port: install.httpPort, tls: false });
  }
  const caPem = await readHttpCa(context, install);
  return caPem === undefined
    ? fail(
        appError(
          'PRECONDITION_FAILED',
          'The CA of this node is not known, so a password cannot be sent to it safely.',
          'Tell Bulwark where the CA certificate of the HTTP layer lies.',
          { hostState: 'unchanged' },
        ),
      )
    : succeed({ address, port: install.httpPort, tls: { caPem } });
}

/** Undefined: none of them is accepted. `refs` are places in the vault that may hold the password of `elastic`. */
export async function findAdministrator(
  context: ChangeContext,
  install: EsInstall,
  door: NodeDoor,
  refs: readonly string[],
): Promise<Result<NodeCredential | undefined>> {
  const given = await operatorsLogin(context, door);
  if (!given.ok || given.value !== undefined) {
    return given;
  }
  for (const ref of new Set([...refs, elasticRef(context.host.hostId)])) {
    for (const place of [ref, nextRef(ref), previousRef(ref)]) {
      const secret = await context.secrets.get(place);
      if (!secret.ok) {
        if (secret.error.code === 'VAULT_LOCKED') {
          return secret;
        }
        continue;
      }
      const credential = { type: 'basic' as const, user: 'elastic', password: secret.value };
      const tried = await tryCredential(context, door, credential);
      if (!tried.ok || tried.value === 'accepted') {
        return tried.ok ? succeed(credential) : tried;
      }
    }
  }
  return await fromKeystore(context, install, door);
}

/** What the operator gave or had made for this host, where it may manage users: then nobody needs `elastic`. */
async function operatorsLogin(
  context: ChangeContext,
  door: NodeDoor,
): Promise<Result<NodeCredential | undefined>> {
  const kept = await context.secrets.get(operatorLoginRef(context.host.hostId));
  if (!kept.ok) {
    return kept.error.code === 'VAULT_LOCKED' ? kept : succeed(undefined);
  }
  const login = unpackLogin(kept.value);
  // As elastic it would be one whose password is just being replaced; that one is found below.
  if (login === undefined || login.user === 'elastic') {
    return succeed(undefined);
  }
  const may = await mayManageUsers(context, door, login);
  return may.ok || isLost(may.error)
    ? may.ok
      ? succeed(may.value ? login : undefined)
      : may
    : succeed(undefined);
}

/** Until a password of `elastic` is stored, a node accepts its own keystore's first password or seed. */
async function fromKeystore(
  context: ChangeContext,
  install: EsInstall,
  door: NodeDoor,
): Promise<Result<NodeCredential | undefined>> {
  const place = await toolPlace(context, install);
  const names = place.ok ? await listKeystore(context, place.value) : place;
  if (!place.ok || !names.ok) {
    return place.ok && !names.ok && isLost(names.error) ? names : succeed(undefined);
  }
  for (const name of ['bootstrap.password', 'keystore.seed']) {
    if (names.value?.includes(name) !== true) {
      continue;
    }
    const shown = await showEntry(context, place.value, name);
    if (!shown.ok) {
      return isLost(shown.error) ? shown : succeed(undefined);
    }
    const credential = { type: 'basic' as const, user: 'elastic', password: shown.value };
    const tried = await tryCredential(context, door, credential);
    if (!tried.ok || tried.value === 'accepted') {
      return tried.ok ? succeed(credential) : tried;
    }
  }
  return succeed(undefined);
}

/** A password that is being set, and one that was valid before: neither may be lost when the link breaks. */
export const nextRef = (ref: string) => `${ref}/next`;
export const previousRef = (ref: string) => `${ref}/previous`;
