/** Where the desktop app keeps its workspaces, so that both work on the same ones; and how one of them is named. */
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { listRecents } from '../service/workspace-files.ts';
import type { Options } from './options.ts';

export interface WorkspacePlace {
  /** Folder that holds the workspaces. */
  readonly workspaces: string;
  readonly id: string;
}

export function defaultWorkspaces(): string {
  return join(applicationData(), 'Bulwark', 'workspaces');
}

function applicationData(): string {
  const home = homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (process.platform === 'win32') return process.env['APPDATA'] ?? join(home, 'AppData', 'Roaming');
  return process.env['XDG_CONFIG_HOME'] ?? join(home, '.config');
}

export function workspacesFolder(options: Options): string {
  return options.workspaces === undefined ? defaultWorkspaces() : resolve(options.workspaces);
}

/** A folder with a workspace in it, or the name or id of one below `--workspaces`. */
export async function findWorkspace(options: Options): Promise<Result<WorkspacePlace>> {
  const wanted = options.workspace;
  const workspaces = workspacesFolder(options);
  const recents = await listRecents(workspaces);
  if (wanted === undefined) {
    const only = recents.length === 1 ? recents[0] : undefined;
    return only === undefined
      ? fail(
          appError(
            'INPUT_INVALID',
            recents.length === 0 ? 'There is no workspace yet.' : 'There is more than one workspace.',
            'Name one with --workspace, or make one with: bulwark init.',
          ),
        )
      : succeed({ workspaces, id: only.id });
  }
  if (existsSync(join(wanted, 'workspace.json'))) {
    const folder = realpathSync(wanted);
    return succeed({ workspaces: dirname(folder), id: basename(folder) });
  }
  const named = recents.filter((recent) => recent.id === wanted || recent.name === wanted);
  const first = named[0];
  if (first === undefined || named.length > 1)
    return fail(
      appError(
        'NOT_FOUND',
        first === undefined
          ? `There is no workspace ${wanted} in ${workspaces}.`
          : `${named.length} workspaces in ${workspaces} are called ${wanted}.`,
        'Give the folder of the workspace, or its id.',
      ),
    );
  return succeed({ workspaces, id: first.id });
}
