/**
 * A host that shows another key than the one that was trusted is a full stop: both fingerprints, no way to go on, and no credential
 * leaves. Removing the host and adding it again is the way on, and asks for the new key.
 */
import { expect, test } from '@playwright/test';
import { connect, labFingerprint, openWorkspace } from '../demo/main-job.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { expectAccessible } from './support/axe.ts';
import { appFolder, launchApp, type RunningApp } from './support/launch.ts';

const name = 'es-orders-1';
const quiet = { phase: () => undefined, screen: () => Promise.resolve(), moment: () => Promise.resolve() };

test.describe.configure({ mode: 'serial' });

let lab: Lab;
let host: LabHost;
let app: RunningApp;
let keyFile: string;
let trusted: string;
let offered: string;

test.beforeAll(async () => {
  lab = await openLab();
  host = await lab.up('bare');
  app = await launchApp(appFolder(), { width: 1440, height: 900 });
  keyFile = app.give(host.identityFile, 'lab-key');
});

test.afterAll(async () => {
  await app?.close();
  await lab?.down();
});

/** What sshd noted about logins since a moment of the host's clock. */
async function logins(since: string): Promise<string> {
  const { stdout } = await host.run(
    `journalctl --no-pager -o cat --since '${since}' -t sshd -t sshd-session`,
  );
  return stdout;
}

test('stops before a credential, and offers no way to go on', async () => {
  const { wizard } = app;
  await openWorkspace(wizard, { lab: host, name, keyFile }, quiet);
  await connect(wizard, { lab: host, name, keyFile }, quiet);
  trusted = await labFingerprint(host);
  await wizard.hosts.disconnect(name);
  await wizard.hosts.row(name).getByText('Disconnected', { exact: true }).waitFor();

  const renewed = await host.run(`
    set -e
    rm -f /etc/ssh/ssh_host_*
    ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
    printf 'LogLevel DEBUG1\\n' > /etc/ssh/sshd_config.d/00-talk.conf
    systemctl restart ssh
    ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d ' ' -f 2
    sleep 1.1`);
  expect(renewed.code, renewed.stderr).toBe(0);
  offered = renewed.stdout.trim();
  expect(offered).not.toBe(trusted);
  const since = (await host.run("date '+%F %T'")).stdout.trim();

  await wizard.hosts.connect(name);
  await wizard.question.waitFor('host-key-changed');
  const stop = wizard.question.dialog('host-key-changed');
  const fingerprints = stop.getByTestId('fingerprint');
  expect(
    await fingerprints.evaluateAll((shown) => shown.map((one) => one.getAttribute('data-value'))),
  ).toEqual([trusted, offered]);
  await expect(stop).toContainText('remove the host from this workspace and add it again');
  const names = await stop.getByRole('button').evaluateAll((all) => all.map((one) => one.textContent));
  expect(names.filter((text) => text !== '')).toEqual(['Stay disconnected']);

  const look = await stop.evaluate((dialog) => {
    const { backgroundColor, color } = getComputedStyle(dialog);
    return { backgroundColor, color, width: dialog.getBoundingClientRect().width, window: innerWidth };
  });
  expect(look.width, 'as wide as the window').toBe(look.window);
  const [red = 0, green = 0, blue = 0] = (look.backgroundColor.match(/\d+/g) ?? []).map(Number);
  expect(red, `red, not ${look.backgroundColor}`).toBeGreaterThan(2 * Math.max(green, blue));

  // The log is written: it tells of the connection, and of no user.
  const log = await logins(since);
  expect(log).toMatch(/Connection from|Connection closed|Connection reset|kex/i);
  expect(log).not.toMatch(/userauth|Accepted|Failed|Postponed|invalid user|session opened|user operator/i);

  await expectAccessible(wizard, 'Changed key');
  await wizard.question.acknowledgeChangedKey();
});

test('stays a stop after the dialog, and in another attempt', async () => {
  const { wizard } = app;
  await expect(wizard.hosts.row(name)).toContainText('Failed');
  await expect(wizard.banners).toContainText('shows a different host key than before');
  await expect(wizard.page.getByRole('button', { name: /trust/i })).toHaveCount(0);
  await wizard.hosts.connect(name);
  await wizard.question.waitFor('host-key-changed');
  await wizard.page.keyboard.press('Escape');
  await wizard.question.dialog('host-key-changed').waitFor({ state: 'hidden' });
  await expect(wizard.hosts.row(name)).toContainText('Failed');
});

test('removed and added again, the host is asked for its new key', async () => {
  const { wizard } = app;
  await wizard.hosts.remove(name);
  await expect(wizard.banners).toHaveCount(0);
  await wizard.hosts.add({
    name,
    address: host.address,
    user: host.user,
    login: { method: 'key-file', path: keyFile },
  });
  await wizard.hosts.connect(name);
  await wizard.question.waitFor('host-key');
  expect(await wizard.question.fingerprint()).toBe(offered);
  await wizard.question.trustKey();
  await wizard.hosts.waitUntilConnected(name);
  await wizard.hosts.disconnect(name);
  await wizard.hosts.connect(name);
  await wizard.hosts.waitUntilConnected(name);
});
