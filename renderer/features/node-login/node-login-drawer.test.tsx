import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppState } from '../../../shared/contract/state.ts';
import { finding, host, workspaceState } from '../../../test/e2e/fake-main/states/build.ts';
import { draw } from '../../../test/support/draw.tsx';
import { useUi } from '../../app/ui-store.ts';
import { FindingActions } from '../review/finding-actions.tsx';
import { NodeLoginDrawer, openNodeLogin } from './node-login-drawer.tsx';

const id = 'es-prod-1';
const given = { ref: `es/${id}/login`, about: '', createdAt: '' };

function stateWith(
  more: Partial<AppState>,
  login: AppState['hosts'][number]['nodeLogin'] = 'none',
): AppState {
  return { ...workspaceState(), hosts: [host(id, { nodeLogin: login })], ...more };
}

async function open(state: AppState) {
  const drawn = await draw(state, <NodeLoginDrawer />);
  act(() => openNodeLogin(id));
  return { ...drawn, drawer: await screen.findByRole('dialog', { name: `Elasticsearch login for ${id}` }) };
}

afterEach(() => act(() => useUi.setState({ nodeLoginHost: '', screen: 'start' })));

describe('the login for a node', () => {
  it('is given by a name; the password is asked for elsewhere', async () => {
    const { drawer, played } = await open(stateWith({}));
    expect(within(drawer).getByText(/some controls stay unknown/)).toBeInTheDocument();
    expect(drawer.querySelector('input[type="password"]')).toBeNull();
    expect(within(drawer).getByRole('button', { name: 'Create the reader' })).toBeDisabled();
    await userEvent.click(within(drawer).getByRole('button', { name: 'Give this login' }));
    expect(within(drawer).getByText('Say which user.')).toBeInTheDocument();
    await userEvent.type(within(drawer).getByLabelText('User in Elasticsearch'), 'monitor{Enter}');
    await waitFor(() => expect(played.get().hosts[0]?.nodeLogin).toBe('given'));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  });

  it('can be forgotten, or replaced by a reader that can be removed', async () => {
    const state = stateWith({ vault: { state: 'unlocked', secrets: [given] } }, 'given');
    const { drawer, played } = await open(state);
    expect(within(drawer).getByRole('button', { name: 'Forget the login' })).toBeEnabled();
    expect(drawer).toHaveTextContent('Bulwark will make a role and a user bulwark_reader');
    await userEvent.click(within(drawer).getByRole('button', { name: 'Create the reader' }));
    await waitFor(() => expect(played.get().hosts[0]?.nodeLogin).toBe('reader'));
    act(() => openNodeLogin(id));
    await userEvent.click(await screen.findByRole('button', { name: 'Remove the reader' }));
    await waitFor(() => expect(played.get().hosts[0]?.nodeLogin).toBe('given'));
  });

  it('needs the vault first', async () => {
    const { drawer } = await open(stateWith({ vault: { state: 'locked', secrets: [] } }));
    await userEvent.click(within(drawer).getByRole('button', { name: 'Unlock the vault' }));
    expect(useUi.getState().screen).toBe('secrets');
  });
});

describe('a finding that wants a login', () => {
  it.each([
    ['unknown', 1],
    ['fail', 0],
    ['pass', 0],
  ] as const)('with the outcome %s offers it %i times', async (outcome, times) => {
    await draw(
      stateWith({}),
      <FindingActions finding={finding(id, 'builtin-passwords', outcome)} primary={false} />,
    );
    const buttons = screen.queryAllByRole('button', { name: 'Give Bulwark a login…' });
    expect(buttons).toHaveLength(times);
    if (buttons[0] !== undefined) await userEvent.click(buttons[0]);
    expect(useUi.getState().nodeLoginHost).toBe(times === 1 ? id : '');
  });
});
