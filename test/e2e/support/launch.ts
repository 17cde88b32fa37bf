/** Starts the built app in a real window as an ordinary user, with a home and workspaces of its own. */
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication } from '@playwright/test';
import { WizardApp } from '../screens/wizard-app.ts';

export interface RunningApp {
  readonly electron: ElectronApplication;
  readonly wizard: WizardApp;
  /** Where workspaces, reports and the vault lie. */
  readonly workspaces: string;
  /** A copy of a file that the app's user may read and nobody else. */
  give(path: string, name: string): string;
  close(): Promise<void>;
}

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: run this by npm test, npm run test:e2e or npm run demo`);
  return value;
}

/** The Electron that the app is started with. */
export function electronPath(): string {
  return needed('BULWARK_ELECTRON');
}

/** Everything that the app's user owns; kept between starts when the same folder is given again. */
export function appFolder(): string {
  return own(mkdtempSync(join(needed('BULWARK_APP_FOLDER'), 'run-')));
}

function own(path: string): string {
  const owner = Number(process.env['BULWARK_APP_OWNER'] ?? process.getuid?.());
  if (process.getuid?.() === 0) chownSync(path, owner, owner);
  return path;
}

export async function launchApp(
  folder: string,
  more: { readonly width?: number; readonly height?: number } = {},
): Promise<RunningApp> {
  const workspaces = join(folder, 'workspaces');
  mkdirSync(workspaces, { recursive: true, mode: 0o700 });
  own(workspaces);
  const electron = await _electron.launch({
    executablePath: electronPath(),
    args: [`--user-data-dir=${own(mkdirAnyway(join(folder, 'profile')))}`, resolve('.')],
    chromiumSandbox: true,
    env: { ...process.env, BULWARK_WORKSPACES: workspaces } as Record<string, string>,
    timeout: 60_000,
  });
  const page = await electron.firstWindow();
  if (more.width !== undefined && more.height !== undefined) {
    await electron.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
      { width: more.width, height: more.height },
    );
  }
  const wizard = new WizardApp(page);
  await wizard.ready();
  return {
    electron,
    wizard,
    workspaces,
    give(path, name) {
      const copy = join(folder, name);
      copyFileSync(path, copy);
      chmodSync(copy, 0o600);
      return own(copy);
    },
    close: async () => await electron.close(),
  };
}

function mkdirAnyway(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}
