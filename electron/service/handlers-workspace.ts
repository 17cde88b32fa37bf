/** Workspaces, vault and hosts: the short commands of the contract. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handlers } from '../../shared/contract/derive.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Host } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { knownHostsName } from '../adapters/ssh/known-hosts-line.ts';
import { connectHost } from './connecting.ts';
import type { ServiceContext } from './context.ts';
import type { NodeLoginCalls } from './handlers-node-login.ts';
import {
  initialHostState,
  type OpenWorkspace,
  openWorkspace,
  type WorkspaceOptions,
} from './open-workspace.ts';
import { done } from './operations.ts';
import { draftsFromSshConfig } from './ssh-config.ts';
import {
  listRecents,
  makeWorkspaceFolders,
  type WorkspaceFile,
  withoutHost,
  workspacePaths,
  writeDurably,
} from './workspace-files.ts';

export interface WorkspaceHolder {
  current: OpenWorkspace | undefined;
}

export function noWorkspace(): Result<never> {
  return fail(appError('NOT_FOUND', 'No workspace is open.', 'Open a workspace or start a new one.'));
}

/** Two entries with one place mean the same host key. */
function place({ address, port }: Host): string {
  return knownHostsName(address, port);
}

/** A short name for folders and journal files that two hosts of one name cannot share. */
function newId(name: string): string {
  const stem = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${stem === '' ? 'x' : stem}-${randomBytes(3).toString('hex')}`;
}

export function createWorkspaceHandlers(
  context: ServiceContext,
  holder: WorkspaceHolder,
  options: WorkspaceOptions,
  refreshHistory: (workspace: OpenWorkspace, hostId: string) => Promise<void>,
): Pick<Handlers, 'workspace' | 'vault'> & { readonly hosts: Omit<Handlers['hosts'], NodeLoginCalls> } {
  const { store } = context;

  async function showWorkspace(workspace: OpenWorkspace): Promise<void> {
    const file = workspace.file();
    store.set({
      workspace: {
        id: file.id,
        name: file.name,
        deployment: file.deployment,
        operator: context.operator,
        createdAt: file.createdAt,
      },
      basket: file.basket,
      plan: file.plan,
      steps: [],
      guards: [],
      report: null,
      verification: null,
    });
    store.setHosts(await Promise.all(file.hosts.map((host) => initialHostState(workspace, host))));
    await workspace.refreshVault();
    for (const host of file.hosts) await refreshHistory(workspace, host.id);
  }

  async function closeCurrent(): Promise<void> {
    const workspace = holder.current;
    if (workspace === undefined) return;
    const cancelled = context.operations.cancelAll();
    context.questions.withdraw(() => true);
    await cancelled;
    holder.current = undefined;
    await workspace.close();
    store.set({
      workspace: null,
      vault: { state: 'none', secrets: [] },
      basket: [],
      plan: null,
      steps: [],
      guards: [],
      report: null,
      verification: null,
      recents: await listRecents(context.places.workspaces),
    });
    store.setHosts([]);
  }

  async function openAt(root: string): Promise<Result<Record<string, never>>> {
    await closeCurrent();
    const opened = await openWorkspace(context, root, options);
    if (!opened.ok) return opened;
    holder.current = opened.value;
    await showWorkspace(opened.value);
    return done;
  }

  /** A changed address, port or user is another machine as far as its key and connection go. */
  async function replaceHost(workspace: OpenWorkspace, host: Host): Promise<void> {
    await workspace.connections.drop(host.id);
    await workspace.save((file) => ({
      ...file,
      hosts: file.hosts.map((entry) => (entry.id === host.id ? host : entry)),
    }));
    store.updateHost(host.id, (state) => {
      const moved = place(state.host) !== place(host);
      return { ...state, host, connection: 'never', ...(moved ? { key: { state: 'not-seen' } } : {}) };
    });
  }

  /** Whoever removes a host and adds it again is asked for its key again; no other host of the same place loses its own. */
  async function forgetKey(workspace: OpenWorkspace, host: Host): Promise<Result<void>> {
    const shared = workspace
      .file()
      .hosts.some((other) => other.id !== host.id && place(other) === place(host));
    return shared ? succeed(undefined) : await workspace.knownHosts.forget(host.address, host.port);
  }

  return {
    workspace: {
      async create({ name, deployment }) {
        const id = newId(name);
        const paths = workspacePaths(join(context.places.workspaces, id));
        await makeWorkspaceFolders(paths);
        const file: WorkspaceFile = {
          format: 'bulwark-workspace',
          version: 1,
          id,
          name,
          deployment,
          createdAt: new Date().toISOString(),
          hosts: [],
          hostKeys: {},
          basket: [],
          plan: null,
        };
        await writeDurably(paths.file, JSON.stringify(file, null, 2));
        return await openAt(paths.root);
      },
      async open({ id }) {
        const known = (await listRecents(context.places.workspaces)).some((recent) => recent.id === id);
        if (!known)
          return fail(
            appError(
              'NOT_FOUND',
              'That workspace is no longer there.',
              'Choose another one, or start a new workspace.',
            ),
          );
        return await openAt(join(context.places.workspaces, id));
      },
      async close() {
        await closeCurrent();
        return done;
      },
      async setDeployment({ deployment }) {
        const workspace = holder.current;
        if (workspace === undefined) return noWorkspace();
        await workspace.save((file) => ({ ...file, deployment }));
        const shown = store.get().workspace;
        if (shown !== null) store.set({ workspace: { ...shown, deployment } });
        return done;
      },
    },
    vault: {
      async create({ passphrase }) {
        const workspace = holder.current;
        if (workspace === undefined) return noWorkspace();
        const made = await workspace.vault.create(new Secret(passphrase));
        await workspace.refreshVault();
        return made.ok ? done : made;
      },
      async unlock({ passphrase }) {
        const workspace = holder.current;
        if (workspace === undefined) return noWorkspace();
        const opened = await workspace.vault.unlock(new Secret(passphrase));
        await workspace.refreshVault();
        return opened.ok ? done : opened;
      },
      async lock() {
        holder.current?.vault.lock();
        await holder.current?.refreshVault();
        return done;
      },
      async show({ ref }) {
        const workspace = holder.current;
        if (workspace === undefined) return noWorkspace();
        const secret = await workspace.vault.get(ref);
        if (!secret.ok) return secret;
        const about = store.get().vault.secrets.find((entry) => entry.ref === ref)?.about ?? ref;
        await context.desktop.showSecret(about, secret.value);
        return done;
      },
      async copy({ ref }) {
        const workspace = holder.current;
        if (workspace === undefined) return noWorkspace();
        const secret = await workspace.vault.get(ref);
        if (!secret.ok) return secret;
        return succeed({ clearsAfterSeconds: await context.desktop.copySecret(secret.value) });
      },
    },
    hosts: {
      async add({ draft }) {
        const workspace = holder.current;
        if (workspace === undefined) return noWorkspace();
        const twin = workspace
          .file()
          .hosts.find(
            (host) =>
              host.name === draft.name || (host.address === draft.address && host.port === draft.port),
          );
        if (twin !== undefined)
          return fail(
            appError(
              'INPUT_INVALID',
              `${twin.name} is already in this workspace with that name or address.`,
              'Give the new host another name and address, or edit the one that is there.',
            ),
          );
        const host: Host = { ...draft, id: newId(draft.name) };
        await workspace.save((file) => ({ ...file, hosts: [...file.hosts, host] }));
        const added = await initialHostState(workspace, host);
        store.setHosts([...store.get().hosts, added]);
        await workspace.refreshVault();
        return succeed({ hostId: host.id });
      },
      async update({ hostId, draft }) {
        const workspace = holder.current;
        if (workspace?.host(hostId) === undefined) return noWorkspace();
        await replaceHost(workspace, { ...draft, id: hostId });
        return done;
      },
      async remove({ hostId }) {
        const workspace = holder.current;
        const host = workspace?.host(hostId);
        if (workspace === undefined || host === undefined) return noWorkspace();
        await workspace.connections.drop(hostId);
        const forgotten = await forgetKey(workspace, host);
        if (!forgotten.ok) return forgotten;
        context.questions.withdraw((asked) => asked.type === 'host-key-changed' && asked.hostId === hostId);
        // Journal and before-images stay on disk: what was done to a host is not forgotten with it.
        await workspace.save((file) => ({
          ...file,
          ...withoutHost(file, hostId),
        }));
        store.set({ basket: workspace.file().basket, plan: workspace.file().plan });
        store.setHosts(store.get().hosts.filter((state) => state.host.id !== hostId));
        return done;
      },
      async readSshConfig() {
        const path = context.places.sshConfig;
        if (path === undefined) return succeed({ drafts: [], ignored: [] });
        try {
          return succeed(draftsFromSshConfig(await readFile(path, 'utf8'), context.operator));
        } catch {
          return succeed({ drafts: [], ignored: ['There is no SSH configuration in your home folder.'] });
        }
      },
      async chooseKeyFile() {
        return succeed({ path: await context.desktop.chooseKeyFile() });
      },
      async connect({ hostId }) {
        const workspace = holder.current;
        const host = workspace?.host(hostId);
        if (workspace === undefined || host === undefined) return noWorkspace();
        const operationId = context.operations.start(
          'connect',
          `Connect to ${host.name}`,
          hostId,
          async (handle) => await connectHost(context, workspace, host, handle.signal),
        );
        return succeed({ operationId });
      },
      async disconnect({ hostId }) {
        await holder.current?.connections.drop(hostId);
        store.updateHost(hostId, (state) => ({ ...state, connection: 'disconnected' }));
        return done;
      },
    },
  };
}
