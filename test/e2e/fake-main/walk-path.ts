/** The operator's path over the played main with the screens' object models: they and the window must fit. */
import type { Page } from '@playwright/test';
import { WizardApp } from '../screens/wizard-app.ts';

/** From the first start to history and settings; `tell` hears of every step that was walked. Throws where one cannot be. */
export async function walkPath(page: Page, tell: (step: string) => void): Promise<void> {
  const wizard = new WizardApp(page);
  async function step(name: string, work: () => Promise<unknown>): Promise<void> {
    await work();
    tell(name);
  }

  await step('ready', () => wizard.ready());
  await step('new workspace', () =>
    wizard.start.newWorkspace('Orders', 'Self-managed', 'correct horse battery staple'),
  );
  await step('deployment', async () => {
    await wizard.goTo('Deployment');
    await wizard.deployment.choose('Elastic Cloud Enterprise');
    await wizard.deployment.choose('Self-managed');
    await wizard.deployment.matrix.waitFor();
    await wizard.deployment.goOn();
  });
  await step('add a host', () =>
    wizard.hosts.add({
      name: 'es-prod-1',
      address: '10.20.0.11',
      user: 'ops',
      login: { method: 'key-file', path: '~/.ssh/id_ed25519' },
    }),
  );
  await step('connect', async () => {
    await wizard.hosts.connect('es-prod-1');
    await wizard.question.waitFor('host-key');
    if (!(await wizard.question.fingerprint()).startsWith('SHA256:')) throw new Error('no fingerprint');
    await wizard.setTheme('dark');
    await wizard.setTheme('light');
    await wizard.question.trustKey();
    await wizard.hosts.waitUntilConnected('es-prod-1');
  });
  await step('assess', async () => {
    await wizard.goTo('Assess');
    await wizard.assess.start();
    await wizard.assess.waitUntilDone('es-prod-1');
    await wizard.assess.firstFindings.first().waitFor();
    await wizard.assess.goOn();
  });
  await step('review', async () => {
    await wizard.review.open('firewall-active');
    await wizard.review.section('Why it matters').waitFor();
    await wizard.review.filterOutcome('Fail', true);
    await wizard.review.filterOutcome('Fail', false);
    await wizard.review.search('keystore');
    await wizard.review.search('');
    await wizard.review.addToPlan('firewall-active', {
      'Who may reach Elasticsearch over HTTP': '10.20.0.0/16\n10.20.0.5',
    });
    await wizard.review.takeOutOfPlan('firewall-active');
    await wizard.review.addToPlan('firewall-active');
    await wizard.review.addAllFixable();
  });
  await step('plan', async () => {
    await wizard.review.makePlan();
    await wizard.apply.waitForPlan();
    const diffs = await wizard.apply.diffs(wizard.apply.steps.first());
    await diffs.first().waitFor();
  });
  await step('apply', async () => {
    await wizard.apply.apply();
    await wizard.apply.guard.waitFor({ state: 'attached' });
    await wizard.apply.waitUntilFinished();
    await wizard.waitUntilIdle();
  });
  await step('undo a step', async () => {
    await wizard.apply.undoStep(wizard.apply.stepById('01-file-mode'));
    await wizard.apply.stepById('01-file-mode').getByText('Undone').waitFor();
  });
  await step('verify', async () => {
    await wizard.goTo('Verify');
    await wizard.verify.assessAgain();
    await wizard.waitUntilIdle();
    await wizard.verify.changed.waitFor();
    await wizard.verify.exposure.waitFor();
  });
  await step('history', async () => {
    await wizard.goTo('History');
    await wizard.history.undo('Set up security');
    await wizard.waitUntilIdle();
    if ((await wizard.history.resultOf('Set up security')) !== 'undone') throw new Error('not undone');
    await wizard.history.undoEverything('es-prod-1');
    await wizard.waitUntilIdle();
  });
  await step('vault', async () => {
    await wizard.goTo('Secrets');
    await wizard.secrets.lock();
    await wizard.secrets.unlock('correct horse battery staple');
  });
  await step('palette', async () => {
    await wizard.runCommand('Settings');
    await wizard.settings.setGuardSeconds(90);
    await wizard.settings.chooseTheme('Dark');
  });
  await step('fix now', async () => {
    await wizard.goTo('Apply');
    await wizard.goTo('Review');
    await wizard.review.fixNow('es-data-encrypted').catch(() => undefined);
  });
}
