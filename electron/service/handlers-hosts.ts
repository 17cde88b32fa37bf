/** The hosts of a workspace: adding, changing, connecting. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Handlers } from '../../shared/contract/derive.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Host } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { knownHostsName } from '../adapters/ssh/known-hosts-line.ts';
import { connectHost } from './connecting.ts';
import type { ServiceContext } from './context.ts';
import type { NodeLoginCalls } from './handlers-node-login.ts';
import { newId, noWorkspace, type WorkspaceHolder } from './handlers-workspace.ts';
import { draftsFromInventory } from './inventory.ts';
import { initialHostState, type OpenWorkspace } from './open-workspace.ts';
import { done } from './operations.ts';
import { draftsFromSshConfig } from './ssh-config.ts';
import { withoutHost } from './workspace-files.ts';

/** Bytes. */
const largestInventory = 4_000_000;

/** Two entries with one place mean the same host key. */
function place({ address, port }: Host): string {
  return knownHostsName(address, port);
}

export function createHostHandlers(
  context: ServiceContext,
  holder: WorkspaceHolder,
): Omit<Handlers['hosts'], NodeLoginCalls> {
  const { store } = context;

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
    async add({ draft }) {
      const workspace = holder.current;
      if (workspace === undefined) return noWorkspace();
      const twin = workspace
        .file()
        .hosts.find(
          (host) => host.name === draft.name || (host.address === draft.address && host.port === draft.port),
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
      const { basket, waivers, plan } = workspace.file();
      store.set({ basket, waivers, plan });
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
    async readInventory() {
      const path = await context.desktop.chooseInventory();
      if (path === null) return succeed({ fileName: null, drafts: [], ignored: [] });
      const fileName = basename(path);
      try {
        if ((await stat(path)).size > largestInventory)
          return succeed({ fileName, drafts: [], ignored: ['The file is too large to be an inventory.'] });
        const text = await readFile(path, 'utf8');
        return succeed({ fileName, ...draftsFromInventory(text, fileName, context.operator) });
      } catch (cause) {
        return fail(
          appError(
            'NOT_FOUND',
            'That file cannot be read.',
            'Choose another one, or check that it belongs to you. Nothing was added.',
            { hostState: 'unchanged', detail: String(cause) },
          ),
        );
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
  };
}
