/** Step 4: findings in the order an operator should act, and the anatomy of one. */
import type { Locator, Page } from '@playwright/test';

/** Values of a guided fix by the label that the form shows; true or false for a check box. */
export type ChoiceValues = Readonly<Record<string, string | boolean>>;

export class ReviewScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get list(): Locator {
    return this.#page.getByRole('listbox', { name: 'Findings' });
  }

  /** A row by the control's title; its name says outcome and severity too. */
  row(title: string): Locator {
    return this.list.getByRole('option').filter({ hasText: title });
  }

  /** Rows by control id, which a row carries as `data-control`. */
  rowOf(controlId: string): Locator {
    return this.list.locator(`[data-control="${controlId}"]`);
  }

  /** `pass`, `fail`, `unknown`, `error` or `not-applicable` of a row. */
  async outcomeOf(controlId: string): Promise<string> {
    return (await this.rowOf(controlId).getAttribute('data-outcome')) ?? '';
  }

  get detail(): Locator {
    return this.#page.getByRole('region', { name: 'Finding' });
  }

  /** Opens a finding by control id, and of that host when several have it. */
  async open(controlId: string, hostName?: string): Promise<void> {
    await this.rowOf(controlId).click();
    if (hostName !== undefined) {
      const chip = this.#page.getByRole('radio', { name: hostName });
      // What is seen of the button is its label.
      if ((await chip.count()) > 0) await this.detail.locator('label').filter({ has: chip }).click();
    }
  }

  /** On a finding that is unknown because nobody could log in; opens the drawer for a login. */
  async giveLogin(controlId: string): Promise<void> {
    await this.open(controlId);
    await this.detail.getByRole('button', { name: 'Give Bulwark a login…' }).click();
  }

  section(
    name:
      | 'What we saw'
      | 'Why it matters'
      | 'What the fix does'
      | 'What it may disturb'
      | 'How to undo it'
      | 'Choices',
  ): Locator {
    return this.detail.getByRole('region', { name });
  }

  async fillChoices(choices: ChoiceValues): Promise<void> {
    for (const [label, value] of Object.entries(choices)) {
      const field = this.detail.getByLabel(label);
      if (typeof value === 'boolean') await field.setChecked(value);
      else await field.fill(value);
    }
  }

  /** Makes a plan of this finding and what is fixed together with it; ends on the step Apply. */
  async fixNow(controlId: string, choices: ChoiceValues = {}): Promise<void> {
    await this.open(controlId);
    await this.fillChoices(choices);
    await this.detail.getByRole('button', { name: 'Fix now' }).click();
    await this.#page.getByRole('heading', { level: 1, name: 'Apply' }).waitFor();
  }

  /** Takes back every change that served this finding on that host. */
  async undoFix(controlId: string, hostName: string): Promise<void> {
    await this.open(controlId, hostName);
    await this.detail.getByRole('button', { name: 'Undo this fix' }).click();
    await this.#page
      .getByRole('dialog', { name: `Undo this fix on ${hostName}` })
      .getByRole('button', { name: /^Undo \d+ change/ })
      .click();
  }

  async addToPlan(controlId: string, choices: ChoiceValues = {}): Promise<void> {
    await this.open(controlId);
    await this.fillChoices(choices);
    await this.detail.getByRole('button', { name: 'Add to plan' }).click();
    await this.detail.getByRole('button', { name: 'Take out of the plan' }).waitFor();
  }

  async takeOutOfPlan(controlId: string): Promise<void> {
    await this.open(controlId);
    await this.detail.getByRole('button', { name: 'Take out of the plan' }).click();
  }

  /** Adds everything that can be fixed without a choice. */
  async addAllFixable(): Promise<void> {
    await this.#page.getByRole('button', { name: /^Add all \d+ that need no choice/ }).click();
  }

  /** Plans what was added; ends on the step Apply. */
  async makePlan(): Promise<void> {
    await this.#page.getByRole('button', { name: /^Make a plan/ }).click();
    await this.#page.getByRole('heading', { level: 1, name: 'Apply' }).waitFor();
  }

  /** Filters by outcome, e.g. "Fail"; the box stands for one outcome. */
  async filterOutcome(outcome: string, on: boolean): Promise<void> {
    await this.#page
      .getByRole('group', { name: 'Outcome' })
      .getByRole('checkbox', { name: outcome })
      .setChecked(on);
  }

  async search(words: string): Promise<void> {
    await this.#page.getByRole('searchbox', { name: 'Search findings' }).fill(words);
  }
}
