/** Questions, guards, drawers and lists that a lab host is not brought to on purpose: axe, and hands without a mouse. */
import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';
import { press, tabTo, typeInto } from './support/keyboard.ts';
import { openPlayed, type PlayedApp } from './support/played.ts';

test.describe.configure({ mode: 'serial' });

let app: PlayedApp;

test.beforeAll(async () => {
  app = await openPlayed();
});

test.afterAll(async () => {
  await app?.close();
});

test('a drift question shows both sides, and Enter on what has the focus throws nothing away', async () => {
  const { wizard } = app;
  await app.show('question-drift');
  const dialog = wizard.question.dialog('drift');
  await expectAccessible(wizard, 'Drift');
  const careful = dialog.getByRole('button', { name: 'Keep what is there now' });
  await expect(careful, 'the careful choice').toBeFocused();
  await expect(dialog.getByRole('figure')).toContainText('9201');
  await tabTo(wizard.page, dialog.getByRole('button', { name: 'Put the old content back anyway' }));
  await press(wizard.page, careful);
  await expect(dialog).toHaveCount(0);
});

test('a lock question is left alone by Enter, and broken only on purpose', async () => {
  const { wizard } = app;
  await app.show('question-lock');
  const dialog = wizard.question.dialog('lock');
  await expect(dialog).toContainText(
    /j\.brandt@ws-114 has been working on this host since 12 Mar 2026, \d\d:52\./,
  );
  await expectAccessible(wizard, 'Lock');
  await expect(dialog.getByRole('button', { name: 'Leave the lock alone' })).toBeFocused();
  await press(wizard.page, dialog.getByRole('button', { name: 'Break the lock' }));
  await expect(dialog).toHaveCount(0);
});

for (const [state, label] of [
  ['question-password', 'Password'],
  ['question-passphrase', 'Passphrase'],
  ['question-secret', 'sudo password'],
  ['question-interactive', 'One-time code'],
  ['question-node-password', 'Elasticsearch password'],
] as const)
  test(`${state} is answered by typing`, async () => {
    const { wizard } = app;
    await app.show(state);
    const dialog = wizard.question.dialog('secret');
    await expectAccessible(wizard, state);
    const field = dialog.getByLabel(label, { exact: true });
    await expect(field).toBeFocused();
    await typeInto(wizard.page, field, 'correct horse');
    await wizard.page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
  });

test('the host key that changed offers one way on, which is none', async () => {
  const { wizard } = app;
  await app.show('question-host-key-changed');
  await expectAccessible(wizard, 'Changed key');
  await expect(
    wizard.question.dialog('host-key-changed').getByRole('button', { name: 'Stay' }),
  ).toBeFocused();
});

test('a guard counts down in words and figures', async () => {
  const { wizard } = app;
  await app.show('apply-running');
  await expect(wizard.apply.guard).toContainText(/\d+ seconds left/);
  await expectAccessible(wizard, 'Guard');
  await app.show('guard-of-others');
  await expect(wizard.banners).toContainText(/armed by j\.brandt@ws-114.*in \d+ seconds/s);
  await expectAccessible(wizard, 'Guards of others');
});

test('hosts are imported from the SSH configuration without a mouse', async () => {
  const { wizard } = app;
  const { page } = wizard;
  await app.show('hosts-empty');
  await press(page, page.getByRole('button', { name: 'Import from SSH configuration' }));
  const drawer = page.getByRole('dialog', { name: 'Import from SSH configuration' });
  await expectAccessible(wizard, 'Import');
  await tabTo(page, drawer.getByRole('checkbox', { name: /es-prod-2/ }));
  await page.keyboard.press('Space');
  await press(page, drawer.getByRole('button', { name: 'Add 1 host' }));
  await expect(drawer).toHaveCount(0);
  await wizard.hosts.row('es-prod-2').waitFor();
});

test('the list of keys opens with ? and gives the focus back', async () => {
  const { wizard } = app;
  await app.show('hosts');
  await tabTo(wizard.page, wizard.stepButton('Review'));
  await wizard.page.keyboard.press('?');
  await wizard.page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await expectAccessible(wizard, 'Keys');
  await wizard.page.keyboard.press('Escape');
  await expect(wizard.stepButton('Review')).toBeFocused();
});

test('a long history is filtered, searched and undone without a mouse', async () => {
  const { wizard } = app;
  const { page } = wizard;
  await app.show('history-long');
  await expectAccessible(wizard, 'History, long');
  await expect(page.getByTestId('history-note')).toHaveCount(1);
  await typeInto(page, page.getByRole('searchbox', { name: 'Search the history' }), 'lock the account');
  await expect(wizard.history.items).toHaveCount(1);
  await typeInto(page, page.getByRole('searchbox', { name: 'Search the history' }), 'no such thing');
  await expectAccessible(wizard, 'History, nothing fits');
  await press(page, page.getByRole('button', { name: 'Show the whole history' }));
  await press(page, page.getByRole('button', { name: 'Undo this plan' }).first());
  await expectAccessible(wizard, 'History, undo a plan');
  await expect(page.getByRole('button', { name: 'Go back' }), 'the careful choice').toBeFocused();
  await press(page, page.getByRole('dialog').getByRole('button', { name: /^Undo \d+ changes/ }));
  await wizard.waitUntilIdle();
  await expect.poll(() => wizard.history.resultOf('lock the account')).toBe('undone');
});
