import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { clusterOpen, clusterSecured } from '../../../test/e2e/fake-main/states/clusters.ts';
import { draw } from '../../../test/support/draw.tsx';
import { useUi } from '../../app/ui-store.ts';
import { ClusterScreen } from './cluster-screen.tsx';

const withVault = (state: 'unlocked' | 'locked') => ({
  ...clusterSecured,
  vault: { ...clusterSecured.vault, state },
});
const button = (name: string) => screen.queryByRole('button', { name });

it.each(['Renew certificates…', 'Replace the authority…'])('plans and shows it: %s', async (name) => {
  useUi.setState({ screen: 'cluster' });
  await draw(withVault('unlocked'), <ClusterScreen />);
  await userEvent.click(screen.getByRole('button', { name }));
  await waitFor(() => expect(useUi.getState().screen).toBe('apply'));
});

it('waits for the vault, where the authority lies', async () => {
  await draw(withVault('locked'), <ClusterScreen />);
  expect(button('Renew certificates…')).toBeDisabled();
  expect(button('Replace the authority…')).toBeDisabled();
});

it('is not there for an open cluster', async () => {
  await draw(clusterOpen, <ClusterScreen />);
  expect(button('Renew certificates…')).toBeNull();
});
