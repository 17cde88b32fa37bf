/** Step 6: the plan with its diffs, and its progress per host. */
import type { Locator, Page } from '@playwright/test';

export class ApplyScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits until a plan that was not begun stands on the screen. `timeout` in milliseconds. */
  async waitForPlan(timeout = 120_000): Promise<void> {
    await this.#page
      .locator('[data-testid="apply-state"][data-state="ready"]')
      .waitFor({ state: 'attached', timeout });
  }

  get steps(): Locator {
    return this.#page.getByTestId('step');
  }

  /** By a part of the step's sentence. */
  step(title: string): Locator {
    return this.steps.filter({ hasText: title });
  }

  stepById(stepId: string): Locator {
    return this.#page.locator(`[data-testid="step"][data-step="${stepId}"]`);
  }

  /** State of every step in order: `waiting`, `applying`, `done`, … */
  async states(): Promise<readonly string[]> {
    return this.steps.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-state') ?? ''));
  }

  /** Unfolds a step and answers with its diffs. */
  async diffs(step: Locator): Promise<Locator> {
    const fold = step.getByRole('button', { name: /^Details/ });
    if ((await fold.getAttribute('aria-expanded')) !== 'true') await fold.click();
    return step.getByRole('figure');
  }

  /** Applies what is shown; repeats what and where when access or everything may be disturbed. */
  async apply(): Promise<void> {
    await this.#page.getByRole('button', { name: /^Apply \d+ changes? on \d+ hosts?$/ }).click();
    const confirmation = this.#page.getByRole('dialog', { name: /^Apply \d+ changes?/ });
    const confirm = confirmation.getByRole('button', { name: /^Apply \d+ changes?/ });
    const begun = this.#page.locator(
      '[data-testid="apply-state"]:is([data-state="running"], [data-state="finished"])',
    );
    await confirm.or(begun).first().waitFor({ state: 'attached' });
    if (await confirm.isVisible()) await confirm.click();
  }

  /** Waits until the run is over and answers with its sentence. `timeout` in milliseconds. */
  async waitUntilFinished(timeout = 300_000): Promise<string> {
    const over = this.#page.locator('[data-testid="apply-state"][data-state="finished"]');
    await over.waitFor({ state: 'attached', timeout });
    return (await over.textContent()) ?? '';
  }

  /** The ring that counts down while access is guarded. */
  get guard(): Locator {
    return this.#page.getByRole('timer');
  }

  async cancel(): Promise<void> {
    await this.#page.getByRole('main').getByRole('button', { name: 'Cancel after this step' }).click();
  }

  async undoStep(step: Locator): Promise<void> {
    await step.getByRole('button', { name: /^Undo this step/ }).click();
    await this.#confirmUndo();
  }

  /** Takes the whole plan back on one host. */
  async undoPlan(hostName: string): Promise<void> {
    await this.#page.getByRole('button', { name: `Undo all of this on ${hostName}` }).click();
    await this.#confirmUndo();
  }

  async discard(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Discard the plan' }).click();
  }

  async goOn(): Promise<void> {
    await this.#page.getByRole('button', { name: /^Continue to verification/ }).click();
  }

  async #confirmUndo(): Promise<void> {
    await this.#page.getByRole('dialog', { name: /^Undo/ }).getByRole('button', { name: /^Undo/ }).click();
  }
}
