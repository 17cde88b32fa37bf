/**
 * The whole job in the real window against a real, open Elasticsearch: every control passes or says why not, a second run has
 * nothing to do, one change is taken back and made again, then everything is rolled back and the host is byte for byte what it was.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { catalog } from '../../shared/controls/catalog.ts';
import {
  assess,
  connect,
  fixAgain,
  fixOne,
  fixTheRest,
  openWorkspace,
  passphrase,
  readOutcomes,
  report,
  rollBackOne,
  verify,
} from '../demo/main-job.ts';
import { reportFiles } from '../demo/workspace-reader.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { otherThanPass } from '../support/after-securing.ts';
import {
  expectHardened,
  expectHardenedNode,
  expectOpen,
  fingerprintOf,
  fingerprintOfTheRest,
  firewallOf,
  type HostFingerprint,
} from './support/independent.ts';
import { appFolder, launchApp, type RunningApp } from './support/launch.ts';
import { type Album, openAlbum } from './support/screenshots.ts';

const out = join('out', 'e2e-main-job');
const name = 'es-orders-1';

test.describe.configure({ mode: 'serial' });

let lab: Lab;
let host: LabHost;
let app: RunningApp;
let folder: string;
let before: HostFingerprint;
let firewallBefore: HostFingerprint;
let album: Album;
const watch = {
  phase: (phase: string) => test.info().annotations.push({ type: 'phase', description: phase }),
  screen: (step: string) => album.take(step),
  moment: (step: string) => album.snap(step),
};
/** The machine that the test runs on. */
const sources = (): string => `${host.address.replace(/\.\d+$/, '.1')}/32`;

test.beforeAll(async () => {
  test.setTimeout(15 * 60_000);
  rmSync(out, { recursive: true, force: true });
  lab = await openLab();
  host = await lab.up('open-fresh');
  folder = appFolder();
  app = await launchApp(folder, { width: 1440, height: 900 });
});

test.afterAll(async () => {
  await app?.close();
  await lab?.down();
});

test('goes from open to hardened, and every control passes or says why not', async () => {
  test.setTimeout(20 * 60_000);
  await expectOpen(host);
  before = await fingerprintOf(host);
  firewallBefore = await firewallOf(host);
  album = openAlbum(app.wizard, join(out, 'screenshots'));
  const job = { lab: host, name, keyFile: app.give(host.identityFile, 'lab-key') };
  await openWorkspace(app.wizard, job, watch);
  await connect(app.wizard, job, watch);
  const first = await assess(app.wizard, job, watch);
  expect(Object.keys(first)).toHaveLength(catalog.length);
  for (const control of [
    'es-service-user',
    'es-config-permissions',
    'firewall-active',
    'http-port-restricted',
    'not-publicly-exposed',
    'security-enabled',
    'transport-tls',
    'http-tls',
    'no-plaintext-secrets',
    'builtin-passwords',
  ])
    expect(first[control], control).toBe('fail');
  await fixOne(app.wizard, watch);
  await fixTheRest(app.wizard, sources(), watch);
  const after = await verify(app.wizard, watch);
  const worse = Object.entries(after).filter(([id, outcome]) => first[id] === 'pass' && outcome !== 'pass');
  expect(worse).toEqual([]);
  for (const [control, outcome] of Object.entries(after)) {
    expect(outcome, control).toBe(otherThanPass[control] ?? 'pass');
  }
});

test('independent tools agree', async () => {
  await expectHardened(host);
});

test('a second run has nothing to do', async () => {
  await app.wizard.goTo('Assess');
  await app.wizard.assess.start();
  await app.wizard.waitUntilIdle();
  const outcomes = await readOutcomes(app.wizard);
  const open = Object.entries(outcomes).filter(([, outcome]) => outcome === 'fail' || outcome === 'error');
  expect(open.filter(([control, outcome]) => outcome !== otherThanPass[control])).toEqual([]);
});

test('one change is taken back: the firewall is what it was, and every other fix stays', async () => {
  const hardened = await fingerprintOfTheRest(host);
  expect(await firewallOf(host)).not.toEqual(firewallBefore);
  expect(await rollBackOne(app.wizard, watch)).toBe('undone');
  await expect(app.wizard.errors).toHaveCount(0);
  expect(await firewallOf(host), 'old bytes, owner and mode').toEqual(firewallBefore);
  expect(await fingerprintOfTheRest(host)).toEqual(hardened);
  await expectHardenedNode(host);
  const outcomes = await readOutcomes(app.wizard);
  expect(outcomes['firewall-active']).toBe('fail');
  expect(outcomes['security-enabled']).toBe('pass');
});

test('it is made again, and all of it is reported', async () => {
  await fixAgain(app.wizard, sources(), watch);
  await expectHardened(host);
  await report(app.wizard, watch);
  const written = new Set(reportFiles(app.workspaces).map((path) => path.split('/').at(-1)));
  expect([...written].toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))).toEqual([
    'report.dsse.json',
    'report.json',
    'report.pdf',
    'signer.pem',
  ]);
});

test('closing the window loses nothing', async () => {
  await app.close();
  app = await launchApp(folder, { width: 1440, height: 900 });
  await app.wizard.start.openRecent('Orders cluster');
  await app.wizard.goTo('History');
  expect(await app.wizard.history.items.count()).toBeGreaterThan(4);
  await app.wizard.goTo('Secrets');
  await app.wizard.secrets.unlock(passphrase);
});

test('a secret is no longer shown once the vault is locked', async () => {
  const windows = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  await app.wizard.secrets.show('elastic');
  await expect.poll(windows).toBe(2);
  await app.wizard.secrets.lock();
  await expect.poll(windows).toBe(1);
  await app.wizard.secrets.unlock(passphrase);
});

test('everything is taken back: identical bytes, owner and mode, and the node runs as before', async () => {
  test.setTimeout(15 * 60_000);
  await app.wizard.goTo('History');
  await app.wizard.history.undoEverything(name);
  await app.wizard.waitUntilIdle(10 * 60_000);
  await expect(app.wizard.errors).toHaveCount(0);
  expect(await fingerprintOf(host)).toEqual(before);
  await expectOpen(host);
});
