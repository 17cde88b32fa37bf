/** With whom Bulwark logs in to a host's Elasticsearch: what the vault holds for it, and what was given for this run only. */
import type { HostState } from '../../shared/contract/state.ts';
import { succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { operatorLoginRef, unpackLogin } from '../../shared/engine/elasticsearch/logins.ts';
import { elasticRef } from '../../shared/engine/elasticsearch/node.ts';
import { readerCredential } from '../../shared/engine/elasticsearch/reader.ts';
import type { NodeCredential, SecretStore } from '../../shared/engine/ports.ts';
import type { OpenWorkspace } from './open-workspace.ts';

export type NodeLogin = Extract<NodeCredential, { type: 'basic' }>;

/** Where the login that the operator gave lies in the vault: user and password as JSON. */
export function givenRef(hostId: string): string {
  return operatorLoginRef(hostId);
}

/** Where the password of the reader that Bulwark made lies in the vault. */
export function readerRef(hostId: string): string {
  return `es/${hostId}/reader`;
}

export function packLogin({ user, password }: NodeLogin): Secret {
  return new Secret(JSON.stringify({ user, password: password.reveal() }));
}

const forThisRun = new WeakMap<OpenWorkspace, Map<string, NodeLogin>>();

/** For the headless entry point: comes before everything in the vault, and is kept nowhere. */
export function giveForThisRun(workspace: OpenWorkspace, hostId: string, login: NodeLogin): void {
  const given = forThisRun.get(workspace) ?? new Map<string, NodeLogin>();
  forThisRun.set(workspace, given.set(hostId, login));
}

/** The vault, and before it the logins that were given for this run only. */
export function secretsOf(workspace: OpenWorkspace): SecretStore {
  const { vault } = workspace;
  return {
    get: async (ref) => {
      const given = [...(forThisRun.get(workspace) ?? [])].find(([hostId]) => givenRef(hostId) === ref);
      return given === undefined ? await vault.get(ref) : succeed(packLogin(given[1]));
    },
    put: (ref, value, about) => vault.put(ref, value, about),
    remove: (ref) => vault.remove(ref),
    list: () => vault.list(),
  };
}

async function fromVault(
  vault: Pick<SecretStore, 'get'>,
  ref: string,
  read: (secret: Secret) => NodeCredential | undefined,
): Promise<readonly NodeCredential[]> {
  const secret = await vault.get(ref);
  return secret.ok ? [read(secret.value) ?? []].flat() : [];
}

/** Logins that may make users: what the operator gave, then the password of `elastic` that Bulwark generated. */
export async function administratorsFor(
  workspace: OpenWorkspace,
  hostId: string,
): Promise<readonly NodeCredential[]> {
  const run = forThisRun.get(workspace)?.get(hostId);
  if (workspace.vault.locked) return run === undefined ? [] : [run];
  const { vault } = workspace;
  return [
    ...(run === undefined ? [] : [run]),
    ...(await fromVault(vault, givenRef(hostId), unpackLogin)),
    ...(await fromVault(vault, elasticRef(hostId), (password) => ({
      type: 'basic',
      user: 'elastic',
      password,
    }))),
  ];
}

/** All that an assessment may try, the least powerful first; what was given for this run comes before that. */
export async function loginsFor(
  workspace: OpenWorkspace,
  hostId: string,
): Promise<readonly NodeCredential[]> {
  const administrators = await administratorsFor(workspace, hostId);
  if (workspace.vault.locked) return administrators;
  const reader = await fromVault(workspace.vault, readerRef(hostId), readerCredential);
  const run = forThisRun.get(workspace)?.has(hostId) === true ? 1 : 0;
  return [...administrators.slice(0, run), ...reader, ...administrators.slice(run)];
}

/** What the window shows; `refs` are the names in the vault, undefined while it is locked. */
export function nodeLoginState(
  hostId: string,
  refs: ReadonlySet<string> | undefined,
): HostState['nodeLogin'] {
  if (refs === undefined) return undefined;
  if (refs.has(readerRef(hostId))) return 'reader';
  if (refs.has(givenRef(hostId))) return 'given';
  return refs.has(elasticRef(hostId)) ? 'bulwark' : 'none';
}

/** The host's state with the login that the names in the vault tell. */
export function withNodeLogin(
  { nodeLogin: _before, ...state }: HostState,
  refs: ReadonlySet<string> | undefined,
): HostState {
  const nodeLogin = nodeLoginState(state.host.id, refs);
  return nodeLogin === undefined ? state : { ...state, nodeLogin };
}
