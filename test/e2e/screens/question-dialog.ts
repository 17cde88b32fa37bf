/** What only the operator can decide, asked in the middle of running work. */
import type { Locator, Page } from '@playwright/test';

const titles = {
  'host-key': /^Is this the key of /,
  'host-key-changed': /has a different key$/,
  secret: /^(Password|Passphrase|sudo password|Answer|Elasticsearch password) for /,
  drift: /was changed by somebody else$/,
  lock: /is locked by somebody else$/,
  lacking: /took the change and lacks something$/,
  'clients-trust': /trust both authorities\?$/,
  'rehearsal-impossible': /cannot be rehearsed$/,
} as const;

export type QuestionType = keyof typeof titles;

export class QuestionDialog {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The dialog of one type; a changed host key is an alert dialog over the whole window. */
  dialog(type: QuestionType): Locator {
    return this.#page.getByRole(type === 'host-key-changed' ? 'alertdialog' : 'dialog', {
      name: titles[type],
    });
  }

  async waitFor(type: QuestionType, timeout = 60_000): Promise<void> {
    await this.dialog(type).waitFor({ timeout });
  }

  /** The fingerprint as the dialog shows it, without the groups' spaces. */
  async fingerprint(): Promise<string> {
    const text = await this.dialog('host-key').getByTestId('fingerprint').getAttribute('data-value');
    return text ?? '';
  }

  async trustKey(): Promise<void> {
    await this.dialog('host-key').getByRole('button', { name: 'Trust this key' }).click();
    await this.dialog('host-key').waitFor({ state: 'hidden' });
  }

  async refuseKey(): Promise<void> {
    await this.dialog('host-key').getByRole('button', { name: 'Do not connect' }).click();
  }

  async acknowledgeChangedKey(): Promise<void> {
    await this.dialog('host-key-changed').getByRole('button', { name: 'Stay disconnected' }).click();
  }

  async answerSecret(value: string): Promise<void> {
    const dialog = this.dialog('secret');
    await dialog.getByTestId('secret-answer').fill(value);
    await dialog.getByRole('button', { name: 'Continue' }).click();
  }

  async answer(
    choice:
      | 'Put the old content back anyway'
      | 'Keep what is there now'
      | 'Stop undoing'
      | 'Break the lock'
      | 'Leave the lock alone'
      | 'Go on without rehearsal'
      | 'Change nothing',
  ): Promise<void> {
    await this.#page.getByRole('dialog').getByRole('button', { name: choice }).click();
  }
}
