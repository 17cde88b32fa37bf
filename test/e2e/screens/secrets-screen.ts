/** Step 5: the vault, what it holds by name, and what will be made. */
import type { Locator, Page } from '@playwright/test';

export class SecretsScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async createVault(passphrase: string): Promise<void> {
    await this.#page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await this.#page.getByLabel('Passphrase again').fill(passphrase);
    await this.#page.getByRole('button', { name: 'Create the vault' }).click();
    await this.#page.getByText('The vault is open').waitFor();
  }

  async unlock(passphrase: string): Promise<void> {
    await this.#page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await this.#page.getByRole('button', { name: 'Unlock the vault' }).click();
    await this.#page.getByText('The vault is open').waitFor();
  }

  async lock(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Lock the vault' }).click();
  }

  get table(): Locator {
    return this.#page.getByRole('table', { name: 'What the vault holds' });
  }

  row(ref: string): Locator {
    return this.table.getByRole('row').filter({ hasText: ref });
  }

  async show(ref: string): Promise<void> {
    await this.row(ref).getByRole('button', { name: /^Show/ }).click();
  }

  async copy(ref: string): Promise<void> {
    await this.row(ref).getByRole('button', { name: /^Copy/ }).click();
  }
}
