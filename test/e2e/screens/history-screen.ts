/** What was done on each host, newest first, and the way back. */
import type { Locator, Page } from '@playwright/test';

export class HistoryScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async chooseHost(name: string): Promise<void> {
    const chip = this.#page.getByRole('radio', { name });
    // What is seen of the button is its label.
    if ((await chip.count()) > 0) await this.#page.locator('label').filter({ has: chip }).click();
  }

  get items(): Locator {
    return this.#page.getByTestId('history-item');
  }

  item(title: string): Locator {
    return this.items.filter({ hasText: title });
  }

  /** `done`, `undone`, `failed`, `drifted`, … of an item. */
  async resultOf(title: string): Promise<string> {
    return (await this.item(title).first().getAttribute('data-result')) ?? '';
  }

  async undo(title: string): Promise<void> {
    await this.item(title)
      .first()
      .getByRole('button', { name: /^Undo this/ })
      .click();
    await this.#page.getByRole('dialog', { name: /^Undo/ }).getByRole('button', { name: /^Undo/ }).click();
  }

  /** Takes back every change of the newest plan on the chosen host of which more than one stands. */
  async undoNewestPlan(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Undo this plan' }).first().click();
    await this.#page.getByRole('dialog', { name: /^Undo/ }).getByRole('button', { name: /^Undo/ }).click();
  }

  /** Takes back everything on every host of the workspace. `told` may look at the dialog before it is confirmed. */
  async undoEverywhere(told: (dialog: Locator) => Promise<void> = () => Promise.resolve()): Promise<void> {
    await this.#page.getByRole('button', { name: /^Undo everything on \d+ hosts$/ }).click();
    const dialog = this.#page.getByRole('dialog', { name: /^Undo/ });
    await dialog.waitFor();
    await told(dialog);
    await dialog.getByRole('button', { name: /^Undo/ }).click();
  }

  /** Takes back everything that Bulwark did on the chosen host. */
  async undoEverything(hostName: string): Promise<void> {
    await this.#page.getByRole('button', { name: `Undo everything on ${hostName}` }).click();
    await this.#page.getByRole('dialog', { name: /^Undo/ }).getByRole('button', { name: /^Undo/ }).click();
  }
}
