/** Work that is held and goes on, and a risk that is accepted for a while and taken back, in the real window over a played main. */
import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';
import { press, tabTo, typeInto } from './support/keyboard.ts';
import { openPlayed, type PlayedApp } from './support/played.ts';

test.describe.configure({ mode: 'default' });

let app: PlayedApp;

test.beforeAll(async () => {
  app = await openPlayed();
});

test.afterAll(async () => {
  await app?.close();
});

test('work that waits says so, goes on when it is told to, and is held again', async () => {
  const { wizard } = app;
  const { page } = wizard;
  await app.show('apply-paused');
  const main = page.getByRole('main');
  const paused = main.getByText(/^Paused: /);
  await expect(paused).toBeVisible();
  await expect(main.getByRole('button', { name: 'Cancel the rest' })).toBeEnabled();
  expect(await wizard.apply.states()).toEqual(['done', 'done', 'waiting', 'waiting']);
  await expectAccessible(wizard, 'Paused');
  await press(page, main.getByRole('button', { name: 'Go on' }));
  await expect(paused).toHaveCount(0);
  await expect(main.getByRole('button', { name: 'Go on' })).toHaveCount(0);
  await expect(main.getByRole('button', { name: 'Cancel after this step' })).toBeEnabled();
  await press(page, main.getByRole('button', { name: 'Pause after this step' }));
  await expect(paused).toBeVisible();
  await press(page, main.getByRole('button', { name: 'Cancel the rest' }));
  await expect(main.getByRole('button', { name: 'Go on' })).toHaveCount(0);
});

test('a risk is accepted with reason, name and last day, changed, and withdrawn', async () => {
  const { wizard } = app;
  const { page } = wizard;
  const id = 'http-port-restricted';
  await app.show('review');
  await wizard.review.open(id);
  const outcome = await wizard.review.outcomeOf(id);
  const { detail } = wizard.review;
  await press(page, detail.getByRole('button', { name: 'Waive…' }));
  const dialog = page.getByRole('dialog', { name: /^Accept this risk on / });
  await expect(dialog.getByLabel('Reason')).toBeFocused();
  await expectAccessible(wizard, 'Waiver');
  await press(page, dialog.getByRole('button', { name: /^Accept until/ }));
  await expect(dialog, 'nothing is accepted without a reason').toContainText('Say why.');
  await expect(dialog.getByLabel('Reason')).toBeFocused();
  await typeInto(page, dialog.getByLabel('Reason'), 'The load balancer filters by address.');
  await typeInto(page, dialog.getByLabel('Approved by'), 'Dr. J. Brandt');
  await dialog.getByLabel('Last day').fill('2000-01-01');
  await press(page, dialog.getByRole('button', { name: /^Accept until/ }));
  await expect(dialog, 'a day that is over').toBeVisible();
  await dialog.getByLabel('Last day').fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
  await press(page, dialog.getByRole('button', { name: /^Accept until/ }));
  await expect(dialog).toHaveCount(0);
  const note = detail.getByTestId('waiver');
  await expect(note).toHaveAttribute('data-active', 'true');
  await expect(note).toContainText('The load balancer filters by address.');
  expect(await wizard.review.outcomeOf(id), 'the outcome stays').toBe(outcome);
  await press(page, detail.getByRole('button', { name: 'Change the waiver…' }));
  await expect(dialog.getByLabel('Approved by')).toHaveValue('Dr. J. Brandt');
  await tabTo(page, dialog.getByRole('button', { name: 'Go back' }));
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await press(page, note.getByRole('button', { name: 'Withdraw' }));
  await expect(note).toHaveCount(0);
  await expect(detail.getByRole('button', { name: 'Waive…' })).toBeEnabled();
});
