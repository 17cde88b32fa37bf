/** A workspace that is open: its files, vault, journal, known hosts and connections, made together and closed together. */
import { readFile } from 'node:fs/promises';
import type { HostState } from '../../shared/contract/state.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Host, HostKey } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { BlobStore } from '../../shared/engine/ports.ts';
import { isStepNote } from '../../shared/engine/securing/vault-password.ts';
import { openFileBlobStore } from '../adapters/journal-files/blob-files.ts';
import { type FileJournal, openFileJournal } from '../adapters/journal-files/journal-files.ts';
import { describeKey } from '../adapters/ssh/host-key.ts';
import { createKnownHosts, type KnownHosts } from '../adapters/ssh/known-hosts.ts';
import { createSessionFactory } from '../adapters/ssh/session-factory.ts';
import { systemClock, systemDigest } from '../adapters/system/system.ts';
import { Vault } from '../adapters/vault/vault.ts';
import { type AskedCredentials, createAskedCredentials } from './asked-credentials.ts';
import { type Connections, createConnections } from './connections.ts';
import type { ServiceContext } from './context.ts';
import { nodeLoginState, withNodeLogin } from './node-logins.ts';
import { named } from './secret-names.ts';
import {
  makeWorkspaceFolders,
  readScan,
  readWorkspaceFile,
  type WorkspaceFile,
  type WorkspacePaths,
  workspacePaths,
  writeDurably,
} from './workspace-files.ts';

/** A vault that nobody uses locks itself. Milliseconds. */

/** A host that showed another key than the one on record. */
export interface ChangedKey {
  readonly known: HostKey;
  readonly offered: HostKey;
}

export interface OpenWorkspace {
  readonly paths: WorkspacePaths;
  file(): WorkspaceFile;
  /** Writes the changed file before the state shows it. */
  save(change: (file: WorkspaceFile) => WorkspaceFile): Promise<void>;
  host(hostId: string): Host | undefined;
  readonly vault: Vault;
  /** Reads the vault's state and names into the app's state, and holds the blob key while it is open. */
  refreshVault(): Promise<void>;
  readonly journal: FileJournal;
  readonly blobs: BlobStore;
  readonly knownHosts: KnownHosts;
  /** Both keys after SSH_HOST_KEY_CHANGED. */
  changedKey(host: Host): ChangedKey | undefined;
  readonly credentials: AskedCredentials;
  readonly connections: Connections;
  close(): Promise<void>;
}

export interface WorkspaceOptions {
  /** Additional read-only known_hosts files. */
  readonly knownHosts?: readonly string[];
  /** Weaker for tests only. */
  readonly kdf?: { readonly memoryKib: number; readonly passes: number; readonly lanes: number };
}

export async function openWorkspace(
  context: ServiceContext,
  root: string,
  options: WorkspaceOptions = {},
): Promise<Result<OpenWorkspace>> {
  const paths = workspacePaths(root);
  const read = await readWorkspaceFile(paths.file);
  if (!read.ok) return read;
  await makeWorkspaceFolders(paths);
  let file = read.value;
  let blobKey: Uint8Array | undefined;
  let saving: Promise<unknown> = Promise.resolve();

  const journal = openFileJournal({
    folder: paths.journal,
    operator: context.operator,
    clock: systemClock,
    digest: systemDigest,
  });
  const claimed = await journal.claim();
  if (!claimed.ok) return claimed;

  function showNodeLogins(refs: ReadonlySet<string> | undefined): void {
    for (const { id } of file.hosts)
      context.store.updateHost(id, (state) =>
        nodeLoginState(id, refs) === state.nodeLogin ? state : withNodeLogin(state, refs),
      );
  }

  const vault = new Vault(paths.vault, {
    autoLockMilliseconds: () => context.store.get().app.autoLockMinutes * 60_000,
    // What is under way writes before-images until its last step; locked midway it could not be undone.
    inUse: () =>
      context.store.get().operations.some(({ state }) => state === 'running' || state === 'cancelling'),
    onLock: () => {
      blobKey = undefined;
      context.desktop
        .closeSecrets()
        .catch((cause: unknown) =>
          context.log.write('warn', 'a window with a secret may still be open', { cause: String(cause) }),
        );
      context.store.set({ vault: { state: 'locked', secrets: [] } });
      showNodeLogins(undefined);
    },
    ...(options.kdf === undefined ? {} : { kdf: options.kdf }),
  });
  const blobs = openFileBlobStore({
    folder: paths.blobs,
    key: () =>
      blobKey === undefined
        ? fail(
            appError(
              'VAULT_LOCKED',
              'The vault is locked, so before-images can be neither kept nor read.',
              'Unlock the vault on the secrets step, then try again. Nothing was changed.',
              { hostState: 'unchanged', retryable: true },
            ),
          )
        : succeed(blobKey),
  });
  const recorded = createKnownHosts({
    own: paths.knownHosts,
    others: [
      ...(context.places.userKnownHosts === undefined ? [] : [context.places.userKnownHosts]),
      ...(options.knownHosts ?? []),
    ],
    hashed: true,
  });
  const changedKeys = new Map<string, ChangedKey>();
  const knownHosts: KnownHosts = {
    ...recorded,
    async judge(address, port, blob) {
      const judged = await recorded.judge(address, port, blob);
      const known = judged.ok && judged.value.verdict === 'changed' ? judged.value.known[0] : undefined;
      if (known !== undefined) changedKeys.set(`${address}:${port}`, { known, offered: describeKey(blob) });
      return judged;
    },
  };
  const host = (hostId: string): Host | undefined => file.hosts.find((entry) => entry.id === hostId);
  const credentials = createAskedCredentials(context.questions, host);
  const factory = createSessionFactory({
    hosts: host,
    knownHosts,
    credentials,
    log: context.log,
    readFile: async (path) => new Uint8Array(await readFile(path)),
    ...(context.places.agentSocket === undefined ? {} : { agentSocket: context.places.agentSocket }),
    async askHostKey(asked, key) {
      const answer = await context.questions.ask({
        type: 'host-key',
        hostId: asked.id,
        hostName: asked.name,
        address: asked.port === 22 ? asked.address : `${asked.address}:${asked.port}`,
        key,
        compareCommand: `ssh-keygen -lf /etc/ssh/ssh_host_${key.type
          .replace(/^ssh-/, '')
          .replace(/^ecdsa-.*/, 'ecdsa')
          .replace(/^rsa.*/, 'rsa')}_key.pub`,
      });
      return answer === 'trust' ? 'trust' : 'refuse';
    },
  });
  const connections = createConnections(factory, credentials, host);

  return succeed({
    paths,
    file: () => file,
    save(change) {
      // In turn: two changes at once must both be in the file.
      const saved = saving.then(async () => {
        const next = change(file);
        await writeDurably(paths.file, JSON.stringify(next, null, 2));
        file = next;
      });
      saving = saved.catch(() => undefined);
      return saved;
    },
    host,
    vault,
    async refreshVault() {
      if (vault.locked) {
        blobKey = undefined;
        const exists = await vault.exists();
        context.store.set({ vault: { state: exists ? 'locked' : 'none', secrets: [] } });
        showNodeLogins(exists ? undefined : new Set());
        return;
      }
      const key = await vault.blobKey();
      if (key.ok) blobKey = key.value;
      const listed = await vault.list();
      const secrets = listed.ok ? named(listed.value, file.hosts).filter(({ ref }) => !isStepNote(ref)) : [];
      context.store.set({ vault: { state: 'unlocked', secrets } });
      showNodeLogins(new Set(secrets.map(({ ref }) => ref)));
    },
    journal,
    blobs,
    knownHosts,
    changedKey: (asked) => changedKeys.get(`${asked.address}:${asked.port}`),
    credentials,
    connections,
    async close() {
      await connections.closeAll();
      credentials.forgetAll();
      vault.lock();
      await journal.close();
    },
  });
}

/** A host as the window sees it when the workspace opens: what was read last time, and no connection. */
export async function initialHostState(workspace: OpenWorkspace, host: Host): Promise<HostState> {
  const baseline = await readScan(workspace.paths, host.id, 'baseline');
  const latest = await readScan(workspace.paths, host.id, 'latest');
  const key = workspace.file().hostKeys[host.id];
  return {
    host,
    key: key === undefined ? { state: 'not-seen' } : { state: 'trusted', key },
    connection: 'never',
    operatingSystem: latest?.subject.operatingSystem ?? '',
    elasticsearch: latest?.subject.elasticsearch ?? '',
    ...(latest === undefined ? {} : { lastSeen: latest.finishedAt, latest }),
    ...(baseline === undefined ? {} : { baseline }),
    assess: { state: latest === undefined ? 'none' : 'done', doing: '', areas: [] },
    history: [],
    notes: [],
    guardsFound: [],
    interrupted: [],
  };
}
