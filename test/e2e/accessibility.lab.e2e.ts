/** Every screen, dialog and state of the wizard for people who do not see it, see it badly, or have no mouse. */
import { expect, test } from '@playwright/test';
import { passphrase } from '../demo/main-job.ts';
import { installOn } from '../integration/es-installs.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { expectAccessible } from './support/axe.ts';
import { chooseRadio, press, tabTo, typeInto } from './support/keyboard.ts';
import { appFolder, launchApp, type RunningApp } from './support/launch.ts';

const name = 'es-orders-1';
const size = { width: 1440, height: 900 };

const yml = `${installOn('open-fresh').pathConf}/elasticsearch.yml`;
const look = `stat -c '%U:%G %a' ${yml}`;

test.describe.configure({ mode: 'serial' });

let lab: Lab;
let host: LabHost;
let app: RunningApp;
let keyFile: string;
let ymlBefore: string;

test.beforeAll(async () => {
  lab = await openLab();
  host = await lab.up('open-fresh');
  ymlBefore = (await host.run(look)).stdout;
});

test.beforeEach(async () => {
  // The first two tests begin with nothing; the others go on where the second one left off.
  if (app !== undefined && !test.info().title.includes('begins')) return;
  await app?.close();
  app = await launchApp(appFolder(), size);
  keyFile = app.give(host.identityFile, 'lab-key');
});

test.afterAll(async () => {
  await app?.close();
  await lab?.down();
});

test('who has no mouse begins, adds a host, trusts its key, assesses it and opens a finding', async () => {
  const { wizard } = app;
  const { page } = wizard;
  const main = page.getByRole('main');
  await press(page, main.getByRole('button', { name: 'New workspace' }));
  await typeInto(page, page.getByRole('textbox', { name: 'Name of the workspace' }), 'By hand');
  await typeInto(page, page.getByLabel('Passphrase', { exact: true }), passphrase);
  await typeInto(page, page.getByLabel('Passphrase again'), passphrase);
  await press(page, page.getByRole('button', { name: 'Create workspace' }));
  await expect(wizard.heading).toHaveText('Hosts');

  await press(page, main.getByRole('button', { name: 'Add a host' }));
  const drawer = page.getByRole('dialog', { name: 'Add a host' });
  await typeInto(page, drawer.getByRole('textbox', { name: 'Name', exact: true }), name);
  await typeInto(page, drawer.getByRole('textbox', { name: 'Address' }), host.address);
  await typeInto(page, drawer.getByRole('textbox', { name: 'User' }), host.user);
  await chooseRadio(page, drawer.getByRole('group', { name: 'Login' }), 'Key file');
  await typeInto(page, drawer.getByRole('textbox', { name: 'Path of the key file' }), keyFile);
  await chooseRadio(page, drawer.getByRole('group', { name: 'Rights on the host' }), 'sudo without password');
  await press(page, drawer.getByRole('button', { name: 'Add host' }));
  await wizard.hosts.row(name).waitFor();

  await press(page, page.getByRole('button', { name: `Connect ${name}`, exact: true }));
  await wizard.question.waitFor('host-key');
  const question = wizard.question.dialog('host-key');
  await expect(question.getByRole('button', { name: 'Do not connect' }), 'the careful choice').toBeFocused();
  await press(page, question.getByRole('button', { name: 'Trust this key' }));
  await wizard.hosts.waitUntilConnected(name);

  await press(page, wizard.stepButton('Assess'));
  await press(page, main.getByRole('button', { name: /^Assess / }));
  await wizard.assess.waitUntilDone(name);
  await press(page, main.getByRole('button', { name: 'Review the findings' }));

  await wizard.review.list.waitFor();
  await tabTo(page, wizard.review.list);
  await page.keyboard.press('Home');
  await page.keyboard.press('j');
  const chosen = wizard.review.list.locator('[aria-selected="true"]');
  await expect(chosen).toHaveCount(1);
  await expect(wizard.review.list).toHaveAttribute(
    'aria-activedescendant',
    (await chosen.getAttribute('id')) ?? '',
  );
  await page.keyboard.press('Enter');
  const title = (await chosen.locator('.finding-row-title').textContent()) ?? '';
  await expect(wizard.review.detail.getByRole('heading', { name: title })).toBeVisible();
  expect(await wizard.review.detail.evaluate((detail) => detail.contains(document.activeElement))).toBe(true);

  await page.keyboard.press('Control+k');
  await page.keyboard.insertText('Settings');
  await page.keyboard.press('Enter');
  await expect(wizard.heading).toHaveText('Settings');
});

test('axe begins: start, deployment and hosts', async () => {
  const { wizard } = app;
  await expectAccessible(wizard, 'Start');
  await wizard.page.getByRole('main').getByRole('button', { name: 'New workspace' }).click();
  await wizard.page.getByLabel('Passphrase', { exact: true }).fill('short');
  await expectAccessible(wizard, 'New workspace');
  await wizard.page.getByRole('button', { name: 'Back' }).click();
  await wizard.start.newWorkspace('Orders cluster', 'Self-managed', passphrase);
  await expectAccessible(wizard, 'Hosts, empty');
  await wizard.goTo('Deployment');
  await expectAccessible(wizard, 'Deployment');
  for (const step of ['Assess', 'Review', 'Apply', 'Verify', 'Report', 'History'] as const) {
    await wizard.goTo(step);
    await expectAccessible(wizard, `${step}, empty`);
  }
  await wizard.goTo('Hosts');
  await wizard.page.getByRole('main').getByRole('button', { name: 'Add a host' }).first().click();
  const drawer = wizard.page.getByRole('dialog', { name: 'Add a host' });
  await drawer.getByRole('button', { name: 'Add host' }).click();
  await expectAccessible(wizard, 'Hosts, drawer with problems');
  await drawer.getByRole('button', { name: 'Cancel' }).click();
  await wizard.hosts.add({
    name,
    address: host.address,
    user: host.user,
    login: { method: 'key-file', path: keyFile },
  });
  await wizard.hosts.connect(name);
  await wizard.question.waitFor('host-key');
  await expectAccessible(wizard, 'Host key');
  await wizard.question.trustKey();
  await wizard.hosts.waitUntilConnected(name);
  await expectAccessible(wizard, 'Hosts, connected');
});

test('axe: assess, review and secrets', async () => {
  const { wizard } = app;
  await wizard.goTo('Assess');
  await wizard.assess.start();
  await wizard.assess.waitUntilDone(name);
  await expectAccessible(wizard, 'Assess');
  await wizard.goTo('Review');
  for (const control of ['security-enabled', 'firewall-active', 'es-data-encrypted']) {
    await wizard.review.open(control);
    await expectAccessible(wizard, `Review, ${control}`);
  }
  await wizard.page.keyboard.press('Control+k');
  await expectAccessible(wizard, 'Actions');
  await wizard.page.keyboard.press('Escape');
  await wizard.goTo('Secrets');
  await expectAccessible(wizard, 'Secrets, vault open');
  await wizard.secrets.lock();
  await wizard.page.getByRole('button', { name: 'Unlock the vault' }).first().waitFor();
  await expectAccessible(wizard, 'Secrets, vault locked');
  await wizard.goTo('Settings');
  await expectAccessible(wizard, 'Settings, with a banner');
  await wizard.goTo('Secrets');
  await wizard.secrets.unlock(passphrase);
});

test('axe: apply, verify, report and history', async () => {
  const { wizard } = app;
  await wizard.goTo('Review');
  await wizard.review.fixNow('es-config-permissions');
  await wizard.apply.waitForPlan();
  await wizard.apply.diffs(wizard.apply.steps.first());
  await expectAccessible(wizard, 'Apply, plan');
  await wizard.apply.apply();
  await wizard.apply.waitUntilFinished();
  await wizard.waitUntilIdle();
  await expectAccessible(wizard, 'Apply, done');
  await wizard.goTo('Verify');
  await expectAccessible(wizard, 'Verify');
  await wizard.goTo('Report');
  await wizard.report.export(120_000);
  await wizard.waitUntilIdle();
  await expectAccessible(wizard, 'Report');
  await wizard.goTo('History');
  await wizard.history.items
    .first()
    .getByRole('button', { name: /^Difference/ })
    .click();
  await expectAccessible(wizard, 'History');
  await wizard.history.items
    .first()
    .getByRole('button', { name: /^Undo this/ })
    .click();
  await wizard.page.getByRole('dialog', { name: /^Undo/ }).waitFor();
  await expectAccessible(wizard, 'History, asking');
  await wizard.page.keyboard.press('Escape');
});

test('somebody else at the same host: a lock with its owner, drift as a difference, a guard with what it will do', async () => {
  const { wizard } = app;
  await host.run(
    "mkdir -p -m 700 /run/bulwark/lock; printf 'token\\nj.brandt@ws-114\\n2026-03-12T12:52:40Z\\nplan-x\\n' > /run/bulwark/lock/info",
  );
  await wizard.history.undoEverything(name);
  await wizard.question.waitFor('lock');
  await expect(wizard.question.dialog('lock')).toContainText('j.brandt@ws-114 has been working');
  await expect(wizard.question.dialog('lock')).not.toContainText('Invalid');
  await wizard.question.answer('Leave the lock alone');
  await wizard.waitUntilIdle();
  await expect(wizard.errors).toContainText('j.brandt@ws-114');
  await host.run('rm -r /run/bulwark/lock');

  await host.run(`chmod 604 ${yml}`);
  const theirs = (await host.run(look)).stdout;
  await wizard.history.undoEverything(name);
  await wizard.question.waitFor('drift');
  await expect(wizard.question.dialog('drift').getByRole('figure')).toContainText('604');
  await expectAccessible(wizard, 'Drift on a real host');
  await wizard.question.answer('Keep what is there now');
  await wizard.waitUntilIdle();
  expect((await host.run(look)).stdout, 'theirs stays').toBe(theirs);
  expect(await wizard.history.items.first().getAttribute('data-result')).toBe('drifted');

  await wizard.history.undoEverything(name);
  await wizard.question.waitFor('drift');
  await wizard.question.answer('Put the old content back anyway');
  await wizard.waitUntilIdle();
  expect((await host.run(look)).stdout, 'as it was before Bulwark').toBe(ymlBefore);

  await wizard.goTo('Hosts');
  await host.run(
    'd=/var/lib/bulwark/guard/theirs-01; mkdir -p -m 700 $d; echo j.brandt@ws-114 > $d/owner; echo $(($(date +%s) + 600)) > $d/fires; touch $d/armed',
  );
  await wizard.hosts.disconnect(name);
  await wizard.hosts.connect(name);
  await expect(wizard.banners).toContainText(
    new RegExp(`Guard on ${name}, armed by j\\.brandt@ws-114, fires at .*in 5\\d\\d seconds`, 's'),
  );
  await host.run('rm -r /var/lib/bulwark/guard/theirs-01');
  await expect(wizard.banners).toHaveCount(0);
});
