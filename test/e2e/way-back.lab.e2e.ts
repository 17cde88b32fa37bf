/**
 * Every way back, by clicks, on real hosts: one finding, one plan, one host, everything. What the window says of each is held
 * against what stat, sha256sum and nft say. In between a second operator watches, another administrator edits, and one undoing
 * cannot work.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { labFingerprint, passphrase } from '../demo/main-job.ts';
import { workspaceFolder } from '../demo/workspace-reader.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { expectOpen, fingerprintOf, firewallOf, type HostFingerprint } from './support/independent.ts';
import { appFolder, launchApp, type RunningApp } from './support/launch.ts';
import { holdLogins } from './support/slow-login.ts';

const size = { width: 1440, height: 900 };
const node = 'es-orders-1';
const spare = 'es-orders-2';
const rules = '/etc/nftables.conf';
const theirs = '# opened for the audit by m.weber';

test.describe.configure({ mode: 'serial' });

let lab: Lab;
let hosts: Readonly<Record<string, LabHost>>;
let app: RunningApp;
let second: RunningApp;
/** The hosts as nobody had touched them. */
let before: HostFingerprint;
let spareBefore: HostFingerprint;

function hostOf(name: string): LabHost {
  const host = hosts[name];
  if (host === undefined) throw new Error(`no host is called ${name}`);
  return host;
}

test.beforeAll(async () => {
  test.setTimeout(15 * 60_000);
  lab = await openLab();
  hosts = {
    [node]: await lab.up('open-fresh', { name: 'node' }),
    [spare]: await lab.up('never-started', { name: 'spare' }),
  };
  await expectOpen(hostOf(node));
  [before, spareBefore] = [await fingerprintOf(hostOf(node)), await firewallOf(hostOf(spare))];
  app = await launchApp(appFolder(), size);
  second = await launchApp(appFolder(), size);
});

test.afterAll(async () => {
  await app?.close();
  await second?.close();
  await lab?.down();
});

async function add(operator: RunningApp, name: string): Promise<void> {
  const { wizard } = operator;
  const host = hostOf(name);
  const keyFile = operator.give(host.identityFile, `key-${name}`);
  await wizard.goTo('Hosts');
  await wizard.hosts.add({
    name,
    address: host.address,
    user: host.user,
    login: { method: 'key-file', path: keyFile },
  });
}

async function trust({ wizard }: RunningApp, name: string): Promise<void> {
  await wizard.hosts.connect(name);
  await wizard.question.waitFor('host-key');
  expect(await wizard.question.fingerprint()).toBe(await labFingerprint(hostOf(name)));
  await wizard.question.trustKey();
  await wizard.hosts.waitUntilConnected(name);
}

async function assess(): Promise<void> {
  await app.wizard.goTo('Assess');
  await app.wizard.assess.start();
  await app.wizard.waitUntilIdle();
}

const sources = (): string => `${hostOf(node).address.replace(/\.\d+$/, '.1')}/32`;
const onlyUs = (): Readonly<Record<string, string>> => ({
  'Who may reach Elasticsearch over HTTP': sources(),
});

/** Plans what was put together and applies it; the window says that all of it is done. */
async function applyPlan(): Promise<void> {
  await app.wizard.apply.waitForPlan();
  await app.wizard.apply.apply();
  await app.wizard.apply.waitUntilFinished();
  await app.wizard.waitUntilIdle();
  await expect(app.wizard.errors).toHaveCount(0);
}

async function fix(
  control: string,
  name: string,
  choices: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { review } = app.wizard;
  await app.wizard.goTo('Review');
  await review.open(control, name);
  await review.fillChoices(choices);
  await review.detail.getByRole('button', { name: 'Fix now' }).click();
  await applyPlan();
}

async function results(name: string): Promise<readonly string[]> {
  await app.wizard.goTo('History');
  await app.wizard.history.chooseHost(name);
  return await app.wizard.history.items.evaluateAll((items) =>
    items.map((item) => item.getAttribute('data-result') ?? ''),
  );
}

test('one finding is undone where it is read', async () => {
  const { wizard } = app;
  await wizard.start.newWorkspace('Orders cluster', 'Self-managed', passphrase);
  await add(app, node);
  await trust(app, node);
  await assess();
  await fix('es-config-permissions', node);
  expect(await fingerprintOf(hostOf(node))).not.toEqual(before);
  await wizard.goTo('Review');
  for (const outcome of ['Fail', 'Pass'] as const) await wizard.review.filterOutcome(outcome, true);
  expect(await wizard.review.outcomeOf('es-config-permissions')).toBe('pass');
  await wizard.review.undoFix('es-config-permissions', node);
  await wizard.waitUntilIdle();
  await expect(wizard.errors).toHaveCount(0);
  expect(await wizard.review.outcomeOf('es-config-permissions')).toBe('fail');
  expect(await fingerprintOf(hostOf(node))).toEqual(before);
});

test('while access is proven the guard counts down, and a second operator sees it', async () => {
  const { wizard } = app;
  await second.wizard.start.newWorkspace('The same cluster', 'Self-managed', passphrase);
  await add(second, node);
  const logins = await holdLogins(hostOf(node));
  await wizard.goTo('Review');
  await wizard.review.addToPlan('es-config-permissions');
  await wizard.review.addToPlan('firewall-active', onlyUs());
  await wizard.review.makePlan();
  await wizard.apply.waitForPlan();
  await wizard.apply.apply();
  await logins.waitUntilHeld();
  await expect(wizard.page.getByRole('button', { name: 'Pause after this step' })).toBeEnabled();
  await expect(wizard.apply.guard).toContainText(/\d+ seconds left/);
  const left = async (): Promise<number> =>
    Number(/(\d+) seconds left/.exec((await wizard.apply.guard.textContent()) ?? '')?.[1] ?? Number.NaN);
  const first = await left();
  expect(first).toBeLessThanOrEqual(60);
  await expect.poll(left).toBeLessThanOrEqual(first - 2);

  await trust(second, node);
  await expect(second.wizard.banners).toContainText(
    new RegExp(`Guard on ${node}, armed by .+, fires at .*in \\d+ seconds`, 's'),
  );
  expect((await hostOf(node).run('ls /var/lib/bulwark/guard/*/armed')).code, 'it is armed on the host').toBe(
    0,
  );
  await logins.letIn();
  await wizard.apply.waitUntilFinished();
  await wizard.waitUntilIdle();
  await expect(wizard.errors).toHaveCount(0);
  await expect(second.wizard.banners).toHaveCount(0);
  expect((await hostOf(node).run('ls /var/lib/bulwark/guard/*/armed')).code, 'it is disarmed').not.toBe(0);
  expect((await hostOf(node).run('nft list ruleset')).stdout).toMatch(/hook input[^}]*policy drop/);
  await logins.remove();
});

test('one plan is undone', async () => {
  const { wizard } = app;
  expect(await results(node)).toEqual(['done', 'done', 'undone']);
  await wizard.history.undoNewestPlan();
  await wizard.waitUntilIdle();
  await expect(wizard.errors).toHaveCount(0);
  expect(await results(node)).toEqual(['undone', 'undone', 'undone']);
  expect(await fingerprintOf(hostOf(node))).toEqual(before);
});

test('one host is undone, and the other one stays', async () => {
  const { wizard } = app;
  await add(app, spare);
  await trust(app, spare);
  await assess();
  await fix('firewall-active', spare, onlyUs());
  await fix('es-config-permissions', node);
  await wizard.goTo('History');
  await wizard.history.chooseHost(node);
  const spareNow = await firewallOf(hostOf(spare));
  expect(spareNow).not.toEqual(spareBefore);
  await wizard.history.undoEverything(node);
  await wizard.waitUntilIdle();
  await expect(wizard.errors).toHaveCount(0);
  expect(await fingerprintOf(hostOf(node))).toEqual(before);
  expect(await firewallOf(hostOf(spare))).toEqual(spareNow);
});

test('everything is undone: what cannot be stays a failure that can be undone later, and stops nothing else', async () => {
  const { wizard } = app;
  await fix('es-config-permissions', node);
  await fix('firewall-active', node, onlyUs());
  const hardened = await firewallOf(hostOf(node));
  // A file that something is mounted on can neither be replaced nor removed.
  const mounted = await hostOf(node).run(
    `mount --bind ${rules} ${rules} && mount -o remount,bind,ro ${rules}`,
  );
  expect(mounted.code, mounted.stderr).toBe(0);
  const kept = () => readdirSync(join(workspaceFolder(app.workspaces), 'blobs')).length;
  await wizard.goTo('History');
  const blobs = kept();
  await wizard.history.undoEverywhere();
  await wizard.waitUntilIdle();
  await expect(wizard.errors).toHaveCount(1);
  expect((await results(node)).slice(0, 2), 'newest first').toEqual(['failed', 'undone']);
  expect((await results(spare))[0]).toBe('undone');
  expect(await firewallOf(hostOf(spare))).toEqual(spareBefore);
  expect(kept(), 'before-images').toBe(blobs);
  const files = (all: HostFingerprint) => all.filter((line) => /\/opt\/.*\/config/.test(line));
  expect(files(await fingerprintOf(hostOf(node)))).toEqual(files(before));
  const unmounted = await hostOf(node).run(`umount ${rules}`);
  expect(unmounted.code, unmounted.stderr).toBe(0);
  expect(await firewallOf(hostOf(node)), 'the new rules stand').toEqual(hardened);
});

test('what another administrator edited is shown and asked: kept first, then put back', async () => {
  const { wizard } = app;
  await hostOf(node).run(`printf '%s\\n' '${theirs}' >> ${rules}`);
  const edited = await firewallOf(hostOf(node));
  await wizard.goTo('History');
  await wizard.history.chooseHost(node);
  await wizard.history.undoEverything(node);
  await wizard.question.waitFor('drift');
  await expect(wizard.question.dialog('drift').getByRole('figure')).toContainText(theirs);
  await wizard.question.answer('Keep what is there now');
  await wizard.waitUntilIdle();
  expect(await firewallOf(hostOf(node)), 'theirs stays').toEqual(edited);
  expect((await results(node))[0]).toBe('drifted');

  await wizard.history.undoEverything(node);
  await wizard.question.waitFor('drift');
  await wizard.question.answer('Put the old content back anyway');
  await wizard.waitUntilIdle();
  expect((await results(node))[0]).toBe('undone');
  expect(await fingerprintOf(hostOf(node))).toEqual(before);
});
