/** Step 1: five cards and the matrix of who is responsible for what. */
import type { Locator, Page } from '@playwright/test';

export type DeploymentLabel =
  | 'Self-managed'
  | 'Elastic Cloud Enterprise'
  | 'Elastic Cloud on Kubernetes'
  | 'Elastic Cloud Hosted'
  | 'Elastic Cloud Serverless';

export class DeploymentScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async choose(deployment: DeploymentLabel): Promise<void> {
    await this.#page.getByRole('radio', { name: deployment }).check();
  }

  get matrix(): Locator {
    return this.#page.getByRole('table', { name: 'Who looks after which security feature' });
  }

  async goOn(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Continue to hosts' }).click();
  }
}
