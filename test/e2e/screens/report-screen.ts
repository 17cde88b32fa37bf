/** Step 8: sign, export, and verify. */
import type { Locator, Page } from '@playwright/test';

export class ReportScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Signs and writes the files; waits until they are listed. `timeout` in milliseconds. */
  async export(timeout = 60_000): Promise<void> {
    await this.#page.getByRole('button', { name: /^Sign and export/ }).click();
    await this.files.first().waitFor({ timeout });
  }

  get files(): Locator {
    return this.#page.getByRole('list', { name: 'Files' }).getByRole('listitem');
  }

  get commands(): Locator {
    return this.#page.getByRole('list', { name: 'Commands that verify it' }).getByRole('listitem');
  }

  get pages(): Locator {
    return this.#page.getByRole('list', { name: 'Pages' }).getByRole('img');
  }

  get digest(): Locator {
    return this.#page.getByTestId('report-digest');
  }

  async showFolder(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Show in folder' }).click();
  }

  async verifyFile(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Verify a report' }).click();
  }

  get verdict(): Locator {
    return this.#page.getByRole('region', { name: 'Verification' });
  }
}
