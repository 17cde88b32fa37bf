/** The window as an operator uses it: the frame around the screens, and one object per screen. */
import type { Locator, Page } from '@playwright/test';
import type {} from '../../../renderer/bridge/bridge.ts';
import { ApplyScreen } from './apply-screen.ts';
import { AssessScreen } from './assess-screen.ts';
import { DeploymentScreen } from './deployment-screen.ts';
import { HistoryScreen } from './history-screen.ts';
import { HostsScreen } from './hosts-screen.ts';
import { QuestionDialog } from './question-dialog.ts';
import { ReportScreen } from './report-screen.ts';
import { ReviewScreen } from './review-screen.ts';
import { SecretsScreen } from './secrets-screen.ts';
import { SettingsScreen } from './settings-screen.ts';
import { StartScreen } from './start-screen.ts';
import { VerifyScreen } from './verify-screen.ts';

export type StepName =
  | 'Deployment'
  | 'Hosts'
  | 'Assess'
  | 'Review'
  | 'Secrets'
  | 'Apply'
  | 'Verify'
  | 'Report'
  | 'Cluster'
  | 'History'
  | 'Settings';

export class WizardApp {
  readonly page: Page;
  readonly start: StartScreen;
  readonly deployment: DeploymentScreen;
  readonly hosts: HostsScreen;
  readonly assess: AssessScreen;
  readonly review: ReviewScreen;
  readonly secrets: SecretsScreen;
  readonly apply: ApplyScreen;
  readonly verify: VerifyScreen;
  readonly report: ReportScreen;
  readonly history: HistoryScreen;
  readonly settings: SettingsScreen;
  readonly question: QuestionDialog;

  constructor(page: Page) {
    this.page = page;
    this.start = new StartScreen(page);
    this.deployment = new DeploymentScreen(page);
    this.hosts = new HostsScreen(page);
    this.assess = new AssessScreen(page);
    this.review = new ReviewScreen(page);
    this.secrets = new SecretsScreen(page);
    this.apply = new ApplyScreen(page);
    this.verify = new VerifyScreen(page);
    this.report = new ReportScreen(page);
    this.history = new HistoryScreen(page);
    this.settings = new SettingsScreen(page);
    this.question = new QuestionDialog(page);
  }

  /** Name of the screen that is shown. */
  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  /** The sentence that answers the screen's question. */
  get answer(): Locator {
    return this.page.getByTestId('answer');
  }

  /** Waits until the window shows main's state. */
  async ready(): Promise<void> {
    await this.heading.waitFor({ state: 'visible' });
  }

  /** Opens a step of the rail and waits for its heading. */
  async goTo(step: StepName): Promise<void> {
    await this.page
      .getByRole('navigation', { name: 'Steps' })
      .getByRole('button', { name: new RegExp(`^${step}\\b`) })
      .click();
    await this.page.getByRole('heading', { level: 1, name: step, exact: true }).waitFor();
  }

  /** What a step of the rail says about itself: "to do", "active", "done" or "needs attention". */
  stepButton(step: StepName): Locator {
    return this.page
      .getByRole('navigation', { name: 'Steps' })
      .getByRole('button', { name: new RegExp(`^${step}\\b`) });
  }

  /** The line at the bottom: running work, or "Nothing is running". */
  get runningWork(): Locator {
    return this.page.getByRole('region', { name: 'Running work' });
  }

  /** Waits until no operation runs. `timeout` in milliseconds. */
  async waitUntilIdle(timeout = 120_000): Promise<void> {
    // Main gathers its news for a moment before it tells the window of what was just begun.
    await this.page.waitForTimeout(300);
    await this.runningWork.getByText('Nothing is running').waitFor({ timeout });
  }

  async cancelRunningWork(): Promise<void> {
    await this.runningWork
      .getByRole('button', { name: /^Cancel/ })
      .first()
      .click();
  }

  /** "1 of 1 hosts connected". */
  get connectedHosts(): Locator {
    return this.page.getByRole('banner').getByText(/of \d+ hosts? connected/);
  }

  /** Things that need a decision: interrupted work, locked vault, lost connection. */
  get banners(): Locator {
    return this.page.getByRole('region', { name: 'Needs a decision' });
  }

  /** Errors that are shown on the screen, with their code. */
  get errors(): Locator {
    return this.page.getByTestId('error');
  }

  get notices(): Locator {
    return this.page.getByRole('list', { name: 'Notices' });
  }

  /** By the button in the top bar; behind an open dialog by the call that the button makes. */
  async setTheme(theme: 'light' | 'dark'): Promise<void> {
    const button = this.page.getByRole('banner').getByRole('button', { name: `Switch to ${theme} theme` });
    if (await button.isVisible()) await button.click();
    else await this.page.evaluate((wanted) => window.bulwark?.call.app.setTheme({ theme: wanted }), theme);
    await this.page
      .locator(theme === 'dark' ? 'html.pf-v6-theme-dark' : 'html:not(.pf-v6-theme-dark)')
      .waitFor();
  }

  /** Runs an action of the command palette by its exact name. */
  async runCommand(name: string): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.page.getByRole('combobox', { name: 'Find an action' }).fill(name);
    await this.page
      .getByRole('option')
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .first()
      .click();
  }
}
