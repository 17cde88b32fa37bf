/** Step 7: before and after side by side. */
import type { Locator, Page } from '@playwright/test';

export class VerifyScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async assessAgain(): Promise<void> {
    await this.#page
      .getByRole('main')
      .getByRole('button', { name: /^Assess \d+ hosts? again$/ })
      .click();
  }

  get changed(): Locator {
    return this.#page.getByRole('table', { name: 'Changed verdicts' });
  }

  changedRow(title: string): Locator {
    return this.changed.getByRole('row').filter({ hasText: title });
  }

  get exposure(): Locator {
    return this.#page.getByRole('region', { name: 'Seen from outside' });
  }

  async goOn(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Continue to the report' }).click();
  }
}
