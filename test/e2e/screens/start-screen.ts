/** Recent workspaces, a new one, or a report to verify. */
import type { Locator, Page } from '@playwright/test';
import type { DeploymentLabel } from './deployment-screen.ts';

export class StartScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Name, deployment type and vault passphrase in one go; ends on the step Hosts of the new workspace. */
  async newWorkspace(name: string, deployment: DeploymentLabel, passphrase: string): Promise<void> {
    await this.#page.getByRole('main').getByRole('button', { name: 'New workspace' }).click();
    await this.#page.getByRole('textbox', { name: 'Name of the workspace' }).fill(name);
    await this.#page.getByRole('radio', { name: deployment }).check();
    await this.#page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await this.#page.getByLabel('Passphrase again').fill(passphrase);
    await this.#page.getByRole('button', { name: 'Create workspace' }).click();
    await this.#page.getByRole('heading', { level: 1, name: 'Hosts' }).waitFor();
  }

  recent(name: string): Locator {
    return this.#page
      .getByRole('list', { name: 'Recent workspaces' })
      .getByRole('listitem')
      .filter({ hasText: name });
  }

  async openRecent(name: string): Promise<void> {
    await this.recent(name).getByRole('button', { name: /^Open/ }).click();
  }

  /** Main asks for the file by a dialog of the system. */
  async verifyReport(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Verify a report' }).click();
  }
}
