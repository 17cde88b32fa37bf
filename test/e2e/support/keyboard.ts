/** Hands that have no mouse. */
import { expect, type Locator, type Page } from '@playwright/test';

const steps = 80;

/** Presses Tab until the element has the focus, and sees that this can be seen. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    if (await holdsFocus(target)) {
      await expect(target).toBeInViewport();
      expect(await target.evaluate((element) => element.matches(':focus-visible'))).toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`${String(target)} was not reached by pressing Tab ${steps} times`);
}

/** Goes to a button and presses it. */
export async function press(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** Goes to a text field and replaces what stands in it. */
export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await target.waitFor();
  await tabTo(page, target);
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** Goes to a group of radio buttons and walks it by arrow. */
export async function chooseRadio(page: Page, group: Locator, name: string): Promise<void> {
  const radios = group.getByRole('radio');
  await tabTo(page, group.locator('input[type="radio"]:checked'));
  const wanted = group.getByRole('radio', { name });
  for (let step = (await radios.count()) - 1; step >= 0; step -= 1) {
    if (await wanted.isChecked()) return;
    await page.keyboard.press('ArrowDown');
  }
  await expect(wanted).toBeChecked();
}

async function holdsFocus(target: Locator): Promise<boolean> {
  if ((await target.count()) !== 1) return false;
  return await target.evaluate((element) => element === document.activeElement);
}
