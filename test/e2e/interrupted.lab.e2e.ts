/**
 * The app is killed, cancelled, or lacks its vault in the middle of work on a real host. Nothing is lost: the next start knows what
 * was under way and offers the two ways out, and what the history says is what the host shows.
 */
import { expect, test } from '@playwright/test';
import { catalog } from '../../shared/controls/catalog.ts';
import { connect, openWorkspace, passphrase, readOutcomes } from '../demo/main-job.ts';
import { journalKinds } from '../demo/workspace-reader.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { curl } from '../support/host-witness.ts';
import {
  expectHardenedNode,
  expectOpen,
  fingerprintOf,
  type HostFingerprint,
} from './support/independent.ts';
import { killApp } from './support/kill.ts';
import { appFolder, launchApp, type RunningApp } from './support/launch.ts';

const name = 'es-orders-1';
const quiet = { phase: () => undefined, screen: () => Promise.resolve(), moment: () => Promise.resolve() };

test.describe.configure({ mode: 'serial' });

let lab: Lab;
let host: LabHost;
let app: RunningApp;
let folder: string;
let before: HostFingerprint;

test.beforeAll(async () => {
  test.setTimeout(15 * 60_000);
  lab = await openLab();
  host = await lab.up('open-fresh');
  folder = appFolder();
  app = await launchApp(folder, { width: 1440, height: 900 });
});

test.afterAll(async () => {
  await app?.close();
  await lab?.down();
});

/** Starts the app again with what the dead one left, and connects the host with the key that was trusted then. */
async function startAgain(): Promise<void> {
  app = await launchApp(folder, { width: 1440, height: 900 });
  await app.wizard.start.openRecent('Orders cluster');
  await app.wizard.goTo('Hosts');
  await app.wizard.hosts.connect(name);
  await app.wizard.hosts.waitUntilConnected(name);
}

async function unlock(): Promise<void> {
  await app.wizard.goTo('Secrets');
  await app.wizard.secrets.unlock(passphrase);
}

/** Presses the button of the banner; taking back is asked once more. */
async function press(choice: 'Look what happened' | 'Take it back'): Promise<void> {
  const { wizard } = app;
  await wizard.banners.getByRole('button', { name: choice }).click();
  if (choice === 'Take it back')
    await wizard.page
      .getByRole('dialog', { name: /^Take it back on/ })
      .getByRole('button', { name: 'Put back what was there' })
      .click();
}

/** A lock of the dead app may be in the way: it is ours, and the operator says so. */
async function settle(choice: 'Look what happened' | 'Take it back'): Promise<void> {
  const { wizard } = app;
  await press(choice);
  const lock = wizard.question.dialog('lock');
  const idle = wizard.runningWork.getByText('Nothing is running');
  await wizard.page.waitForTimeout(300);
  await lock.or(idle).first().waitFor({ timeout: 120_000 });
  if (await lock.isVisible()) await wizard.question.answer('Break the lock');
  await wizard.waitUntilIdle(10 * 60_000);
  await expect(wizard.errors).toHaveCount(0);
  await expect(wizard.banners).toHaveCount(0);
}

async function planFor(control: string): Promise<void> {
  await app.wizard.goTo('Review');
  await app.wizard.review.fixNow(control);
  await app.wizard.apply.waitForPlan();
}

test('an assessment is cancelled midway: nothing was changed, and the next one goes through', async () => {
  const { wizard } = app;
  await expectOpen(host);
  before = await fingerprintOf(host);
  const job = { lab: host, name, keyFile: app.give(host.identityFile, 'lab-key') };
  await openWorkspace(wizard, job, quiet);
  await connect(wizard, job, quiet);
  await wizard.goTo('Assess');
  // On a fast machine it would be over before it can be cancelled.
  await host.cutLink();
  await wizard.assess.start();
  await wizard.cancelRunningWork();
  await wizard.waitUntilIdle();
  await host.restoreLink();
  await expect(wizard.assess.row(name)).toContainText('Cancelled');
  await expect(wizard.errors).toHaveCount(0);
  expect(await fingerprintOf(host)).toEqual(before);
  expect((await host.run('ls -d /tmp/bulwark* /run/bulwark/lock 2>/dev/null')).stdout).toBe('');

  await wizard.assess.start();
  await wizard.assess.waitUntilDone(name);
  expect(Object.values(await readOutcomes(wizard))).toHaveLength(catalog.length);
});

test('a locked vault stands before applying with one clear step, and the plan is still there', async () => {
  const { wizard } = app;
  await planFor('es-config-permissions');
  await wizard.goTo('Secrets');
  await wizard.secrets.lock();
  await wizard.goTo('Apply');
  await expect(wizard.banners).toContainText('The vault is locked');
  await expect(wizard.page.getByRole('button', { name: /^Apply \d+ change/ })).toHaveCount(0);
  await wizard.page.getByRole('button', { name: 'Unlock the vault first' }).click();
  await expect(wizard.heading).toHaveText('Secrets');
  await wizard.secrets.unlock(passphrase);
  await wizard.page.getByRole('button', { name: 'Continue to apply' }).click();
  await expect(wizard.page.getByRole('button', { name: /^Apply \d+ change/ })).toBeEnabled();
  await wizard.apply.discard();
  expect(await fingerprintOf(host)).toEqual(before);
});

test('killed while the account is changed: the next start takes it back', async () => {
  test.setTimeout(15 * 60_000);
  await planFor('es-service-user');
  await app.wizard.apply.apply();
  // Well inside: a step is done, and another one is under way.
  await expect
    .poll(() => journalKinds(app.workspaces).join(' '), { timeout: 120_000, intervals: [10] })
    .toMatch(/outcome.* intent$/);
  await killApp(app);
  expect(journalKinds(app.workspaces).at(-1), 'killed in the middle of a step').toBe('intent');

  await startAgain();
  const { wizard } = app;
  await expect(wizard.banners).toContainText('was interrupted');
  await press('Take it back');
  await expect(
    wizard.banners.or(wizard.errors).filter({ hasText: 'The vault is locked' }).first(),
  ).toBeVisible();
  await unlock();
  await settle('Take it back');

  await wizard.goTo('History');
  const results = await wizard.history.items.evaluateAll((items) =>
    items.map((item) => item.getAttribute('data-result') ?? ''),
  );
  expect(results[0], 'the interrupted step').toMatch(/^undone/);
  expect(results.slice(1)).toContain('done');
  await wizard.history.undoEverything(name);
  await wizard.waitUntilIdle(5 * 60_000);
  await expect(wizard.errors).toHaveCount(0);
  expect(await fingerprintOf(host)).toEqual(before);
  await expectOpen(host);
});

test('killed while the host switches to security: the next start finds out, and history and host agree', async () => {
  test.setTimeout(20 * 60_000);
  await planFor('security-enabled');
  await app.wizard.apply.apply();
  await app.wizard.apply.steps
    .filter({ hasText: /is switching/ })
    .first()
    .waitFor({ timeout: 300_000 });
  await killApp(app);

  await startAgain();
  await expect(app.wizard.banners).toContainText('was interrupted');
  await unlock();
  await settle('Look what happened');
  await app.wizard.goTo('History');
  const result = await app.wizard.history.items.first().getAttribute('data-result');
  const stranger = await curl(`http://${host.address}:9200/_cluster/health`);
  if (result === 'done') {
    await expectHardenedNode(host);
    await app.wizard.history.undoEverything(name);
    await app.wizard.waitUntilIdle(10 * 60_000);
  } else {
    expect(result).toMatch(/^undone/);
    expect(stranger.status).toBe('200');
  }
  await expectOpen(host);
  expect(await fingerprintOf(host)).toEqual(before);
});

test('another start has nothing to decide but the vault', async () => {
  await app.close();
  await startAgain();
  await expect(app.wizard.banners).toContainText('The vault is locked');
  await expect(app.wizard.banners).not.toContainText('interrupted');
  await unlock();
  await expect(app.wizard.banners).toHaveCount(0);
  const results = await app.wizard
    .goTo('History')
    .then(() =>
      app.wizard.history.items.evaluateAll((items) =>
        items.map((item) => item.getAttribute('data-result') ?? ''),
      ),
    );
  expect(results.filter((result) => result === 'unknown' || result === 'done')).toEqual([]);
});
