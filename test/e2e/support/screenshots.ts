/** `NN-<step>-<light|dark>.png` of every step, in both themes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { WizardApp } from '../screens/wizard-app.ts';

export interface Album {
  /** Takes the screen as it is, in light and dark, and comes back to the theme that was shown. */
  take(step: string): Promise<void>;
  /** Takes in the theme that is shown what does not stay long enough for two. */
  snap(step: string): Promise<void>;
  readonly files: readonly string[];
}

export function openAlbum(wizard: WizardApp, folder: string): Album {
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  let number = 0;
  const save = async (step: string, theme: 'dark' | 'light') => {
    const name = `${String(number).padStart(2, '0')}-${step}-${theme}.png`;
    await wizard.page.screenshot({ path: join(folder, name), animations: 'disabled' });
    files.push(name);
  };
  return {
    files,
    async take(step) {
      number += 1;
      for (const theme of ['dark', 'light'] as const) {
        await wizard.setTheme(theme);
        await save(step, theme);
      }
    },
    async snap(step) {
      number += 1;
      await save(step, 'light');
    },
  };
}
