/** The window over a played main, in the Electron of the other tests: for states that no real host is brought into on purpose. */
import { resolve } from 'node:path';
import { _electron } from '@playwright/test';
import { servePage } from '../fake-main/page-server.ts';
import { WizardApp } from '../screens/wizard-app.ts';
import { appFolder, electronPath } from './launch.ts';

export interface PlayedApp {
  readonly wizard: WizardApp;
  /** Begins anew in this state, by its name in `fake-main/states`. */
  show(state: string): Promise<void>;
  close(): Promise<void>;
}

export async function openPlayed(): Promise<PlayedApp> {
  const server = await servePage();
  const electron = await _electron.launch({
    executablePath: electronPath(),
    args: [`--user-data-dir=${appFolder()}`, resolve('test/e2e/fake-main/shell.mjs')],
    chromiumSandbox: true,
    env: { ...process.env, BULWARK_PLAYED_PAGE: server.address } as Record<string, string>,
    timeout: 60_000,
  });
  const wizard = new WizardApp(await electron.firstWindow());
  return {
    wizard,
    async show(state) {
      await wizard.page.goto(`${server.address}#state=${state}&theme=light`);
      await wizard.page.reload();
      await wizard.ready();
    },
    async close() {
      await electron.close();
      server.close();
    },
  };
}
