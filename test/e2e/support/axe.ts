/** The screen as it is, judged by axe against WCAG 2.0 to 2.2, levels A and AA, in both themes. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { WizardApp } from '../screens/wizard-app.ts';

const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/** Colours in between two states are nobody's to read. What moves for ever is looked at as it is. */
async function settled(wizard: WizardApp): Promise<void> {
  await wizard.page.evaluate(async () => {
    const passing = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(passing.map((animation) => animation.finished));
  });
}

export async function expectAccessible(wizard: WizardApp, screen: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await wizard.setTheme(theme);
    await settled(wizard);
    // The newer mode opens a second page, which the window does not permit.
    const { passes, violations } = await new AxeBuilder({ page: wizard.page })
      .setLegacyMode(true)
      .withTags(levels)
      .analyze();
    expect(
      passes.map(({ id }) => id),
      'axe looked at the text',
    ).toContain('color-contrast');
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
    );
    expect.soft(found, `${screen}, ${theme}`).toEqual([]);
  }
}
