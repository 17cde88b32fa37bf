/** Theme, guard, vault and about. */
import type { Page } from '@playwright/test';

export class SettingsScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async setGuardSeconds(seconds: number): Promise<void> {
    await this.#page
      .getByRole('textbox', { name: 'Seconds until the host puts the old rules back' })
      .fill(String(seconds));
    await this.#page.getByRole('button', { name: 'Save the guard time' }).click();
  }

  async chooseTheme(theme: 'Follow the system' | 'Light' | 'Dark'): Promise<void> {
    await this.#page.getByRole('radio', { name: theme }).check();
  }

  async closeWorkspace(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Close the workspace' }).click();
  }
}
