/** Encrypting the data of a real node in the window: no device to choose, then one, then the data lies on it. */
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { connect, openWorkspace } from '../demo/main-job.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { expectAccessible } from './support/axe.ts';
import { appFolder, launchApp, type RunningApp } from './support/launch.ts';
import { type Album, openAlbum } from './support/screenshots.ts';

const name = 'es-orders-1';
const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
const left = 'Not run, to save minutes: data moves to a chosen disk. BULWARK_LAB_SCENARIOS=every runs it.';
if (!every) console.log(left);

test.describe.configure({ mode: 'serial' });
test.skip(!every, left);

let lab: Lab;
let host: LabHost;
let app: RunningApp;
let album: Album;

test.beforeAll(async () => {
  test.setTimeout(15 * 60_000);
  lab = await openLab();
  host = await lab.up('spare-disk');
  app = await launchApp(appFolder(), { width: 1440, height: 900 });
  album = openAlbum(app.wizard, join('out', 'e2e-volume-choice'));
});

test.afterAll(async () => {
  await app?.close();
  await lab?.down();
});

const device = () => app.wizard.review.detail.getByRole('group', { name: 'Empty device' });
const fixNow = () => app.wizard.review.detail.getByRole('button', { name: 'Fix now' });

async function see(script: string): Promise<string> {
  const out = await host.run(script);
  expect(out.code, out.stderr).toBe(0);
  return out.stdout.trim();
}

test('a host without an empty device says so, and why each cannot be used', async () => {
  test.setTimeout(10 * 60_000);
  await see('mkfs.ext4 -q /dev/ubdb');
  const { wizard } = app;
  const job = { lab: host, name, keyFile: app.give(host.identityFile, 'lab-key') };
  const quiet = { phase: () => undefined, screen: () => Promise.resolve(), moment: () => Promise.resolve() };
  await openWorkspace(wizard, job, quiet);
  await connect(wizard, job, quiet);
  await wizard.goTo('Assess');
  await wizard.assess.start();
  await wizard.assess.waitUntilDone(name);
  await wizard.goTo('Review');
  await wizard.review.open('es-data-encrypted');
  await expect(device()).toContainText('This host has no empty device');
  await expect(device().getByRole('radio', { name: '/dev/ubda' })).toBeDisabled();
  await expect(device()).toContainText('On the disk of the running system.');
  await expect(device()).toContainText('Not empty: it holds ext4.');
  await expect(fixNow()).toBeDisabled();
  await device().scrollIntoViewIfNeeded();
  await expectAccessible(wizard, 'Review, no empty device');
  await album.take('no-device');
});

test('an empty one is offered after another look, and only it can be chosen', async () => {
  test.setTimeout(10 * 60_000);
  await see(
    'wipefs -a -q /dev/ubdb; dd if=/dev/zero of=/dev/ubdb bs=1M count=32 conv=notrunc 2>/dev/null; sync',
  );
  const { wizard } = app;
  await device().getByRole('button', { name: 'Assess this host again' }).click();
  await expect(device().getByRole('radio', { name: '/dev/ubdb' })).toBeEnabled({ timeout: 200_000 });
  await wizard.waitUntilIdle();
  await fixNow().click();
  await expect(device()).toContainText('Choose one of these.');
  await album.take('nothing-chosen');
  await device().getByRole('radio', { name: '/dev/ubdb' }).check();
  await expect(
    wizard.review.detail.getByRole('radio', { name: 'Key file on this host' }),
    'the usual key is chosen already',
  ).toBeChecked();
  await expectAccessible(wizard, 'Review, a device is chosen');
  await album.take('chosen');
});

test('the data moves there', async () => {
  test.setTimeout(20 * 60_000);
  const { wizard } = app;
  const data = `${await see('echo /opt/elasticsearch-*')}/data`;
  await fixNow().click();
  await wizard.apply.waitForPlan(300_000);
  await album.take('plan');
  await wizard.apply.apply();
  await wizard.apply.waitUntilFinished(900_000);
  await wizard.waitUntilIdle(200_000);
  await album.take('done');
  expect(await see(`findmnt -n -o SOURCE ${data}`)).toMatch(/^\/dev\/mapper\/luks-/);
  expect(await see('cryptsetup isLuks --type luks2 /dev/ubdb && echo luks2')).toBe('luks2');
  expect(
    await see(
      `for n in $(seq 100); do curl -s -f -o /dev/null http://127.0.0.1:9200/_cluster/health && break; sleep 1; done; curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9200/_cluster/health`,
    ),
  ).toBe('200');
});
