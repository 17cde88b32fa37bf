import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { workspaceState } from '../../../test/e2e/fake-main/states/build.ts';
import { draw } from '../../../test/support/draw.tsx';
import { VaultPanel } from './vault-panel.tsx';

async function open(button: string, title: string) {
  await draw(workspaceState(), <VaultPanel />);
  await userEvent.click(screen.getByRole('button', { name: button }));
  return await screen.findByRole('dialog', { name: title });
}

async function fill(drawer: HTMLElement, texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, text] of Object.entries(texts)) {
    const field = within(drawer).getByLabelText(label);
    await userEvent.clear(field);
    await userEvent.click(field);
    await userEvent.paste(text);
  }
}

const wanted = 'four unrelated words here';

describe('the open vault', () => {
  it('takes a new passphrase only twice the same and not the old one; a wrong old one changes nothing', async () => {
    const drawer = await open('Change the passphrase', 'Change the passphrase');
    const go = within(drawer).getByRole('button', { name: 'Change the passphrase' });
    const texts = {
      'Passphrase until now': wanted,
      'New passphrase': wanted,
      'New passphrase again': wanted,
    };
    await fill(drawer, texts);
    await userEvent.click(go);
    expect(within(drawer).getByRole('alert')).toHaveTextContent('must not be the same');
    await fill(drawer, { 'Passphrase until now': 'wrong', 'New passphrase again': `${wanted}!` });
    await userEvent.click(go);
    expect(within(drawer).getByRole('alert')).toHaveTextContent('differ');
    await fill(drawer, { 'New passphrase again': wanted });
    await userEvent.click(go);
    expect(await within(drawer).findByText(/does not open the vault/)).toBeInTheDocument();
    for (const label of Object.keys(texts)) expect(within(drawer).getByLabelText(label)).toHaveValue('');
    await fill(drawer, { ...texts, 'Passphrase until now': 'the old one' });
    await userEvent.click(go);
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  }, 60_000);

  it('is copied for a second custodian', async () => {
    const drawer = await open('Copy for a custodian', 'Copy for a second custodian');
    await fill(drawer, {
      'Your passphrase': 'the own one',
      'The custodian’s passphrase': wanted,
      'The custodian’s passphrase again': wanted,
    });
    await userEvent.click(within(drawer).getByRole('button', { name: 'Choose where to write it' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  }, 60_000);
});
