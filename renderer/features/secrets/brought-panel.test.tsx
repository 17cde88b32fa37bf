import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { host, workspaceState } from '../../../test/e2e/fake-main/states/build.ts';
import { draw } from '../../../test/support/draw.tsx';
import { BroughtPanel } from './brought-panel.tsx';

it('lets a request out and takes the certificate', async () => {
  const state = { ...workspaceState(), hosts: [host('es-prod-1')] };
  const name = state.hosts[0]?.host.name ?? '';
  await draw(state, <BroughtPanel />);
  await userEvent.click(screen.getByRole('button', { name: `Request for ${name}` }));
  const request = await screen.findByRole('dialog', { name: `Request for ${name}` });
  await userEvent.click(within(request).getByRole('button', { name: 'Choose where to write it' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());

  await userEvent.click(screen.getByRole('button', { name: `Certificate of ${name}` }));
  const take = await screen.findByRole('dialog', { name: `Certificate of ${name}` });
  const go = within(take).getByRole('button', { name: 'Check and keep' });
  expect(go).toBeDisabled();
  for (const label of ['Certificate, with the intermediate ones', 'Certificate of the authority']) {
    await userEvent.click(within(take).getByLabelText(label));
    await userEvent.paste('-----BEGIN CERTIFICATE-----');
  }
  await userEvent.click(go);
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
}, 60_000);
