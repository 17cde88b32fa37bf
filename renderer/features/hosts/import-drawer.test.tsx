import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { workspaceState } from '../../../test/e2e/fake-main/states/build.ts';
import { draw } from '../../../test/support/draw.tsx';
import { ImportDrawer } from './import-drawer.tsx';

it('adds only what is ticked of an inventory, and says what was left out and why', async () => {
  const { played } = await draw(workspaceState(), <ImportDrawer source="inventory" />);
  const drawer = await screen.findByRole('dialog', { name: 'Import an inventory' });
  expect(await within(drawer).findByText('From hosts.ini. Bulwark adds only what you tick.')).toBeVisible();
  expect(drawer).toHaveTextContent('Left out (2)');
  await userEvent.click(within(drawer).getByRole('checkbox', { name: /^All 3/ }));
  await userEvent.click(within(drawer).getByRole('checkbox', { name: /kb-prod-1/ }));
  await userEvent.click(within(drawer).getByRole('button', { name: 'Add 2 hosts' }));
  await waitFor(() =>
    expect(played.get().hosts.map(({ host }) => host.name)).toEqual(['es-prod-4', 'es-prod-5']),
  );
});
