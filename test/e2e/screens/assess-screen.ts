/** Step 3: hosts by areas, filling as answers come. */
import type { Locator, Page } from '@playwright/test';

export class AssessScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Assesses every connected host. */
  async start(): Promise<void> {
    await this.#page
      .getByRole('main')
      .getByRole('button', { name: /^Assess \d/ })
      .click();
  }

  get grid(): Locator {
    return this.#page.getByRole('table', { name: 'Progress by host and area' });
  }

  row(host: string): Locator {
    return this.grid.getByRole('row').filter({ has: this.#page.getByRole('rowheader', { name: host }) });
  }

  /** Waits until a host says that its assessment is done. `timeout` in milliseconds. */
  async waitUntilDone(host: string, timeout = 120_000): Promise<void> {
    await this.row(host).getByText('Done', { exact: true }).waitFor({ timeout });
  }

  get firstFindings(): Locator {
    return this.#page.getByRole('list', { name: 'Critical findings so far' }).getByRole('listitem');
  }

  async goOn(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Review the findings' }).click();
  }
}
