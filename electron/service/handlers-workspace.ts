/** Opening, closing and naming workspaces: the short commands of the contract. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Handlers } from '../../shared/contract/derive.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result } from '../../shared/domain/result.ts';
import type { ServiceContext } from './context.ts';
import {
  initialHostState,
  type OpenWorkspace,
  openWorkspace,
  type WorkspaceOptions,
} from './open-workspace.ts';
import { done } from './operations.ts';
import {
  listRecents,
  makeWorkspaceFolders,
  type WorkspaceFile,
  workspacePaths,
  writeDurably,
} from './workspace-files.ts';

export interface WorkspaceHolder {
  current: OpenWorkspace | undefined;
}

export function noWorkspace(): Result<never> {
  return fail(appError('NOT_FOUND', 'No workspace is open.', 'Open a workspace or start a new one.'));
}

/** A short name for folders and journal files that two hosts of one name cannot share. */
export function newId(name: string): string {
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
): Pick<Handlers, 'workspace'> {
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
      waivers: file.waivers,
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
      waivers: [],
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
          waivers: [],
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
  };
}
