import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { scenes } from '../../test/e2e/fake-main/states/index.ts';
import { draw } from '../../test/support/draw.tsx';
import { App } from './app.tsx';
import { allFindings, useUi } from './ui-store.ts';

async function open(name: string) {
  const scene = scenes[name];
  if (scene === undefined) throw new Error(`no state is called ${name}`);
  useUi.setState({
    screen: scene.screen,
    filters: allFindings,
    control: '',
    palette: false,
    shortcuts: false,
  });
  return await draw(scene.state, <App />);
}

beforeEach(() => {
  window.matchMedia = (media) =>
    ({
      matches: false,
      media,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }) as unknown as MediaQueryList;
});

describe('the review by keyboard', () => {
  it('walks the list with j and k, adds with P, and searches with /', async () => {
    const { played } = await open('review');
    const user = userEvent.setup();
    screen.getByRole('listbox', { name: 'Findings' }).focus();
    const chosen = () => screen.getByRole('option', { selected: true }).getAttribute('data-control');
    const first = chosen();
    await user.keyboard('j');
    const second = chosen();
    expect(second).not.toBe(first);
    await user.keyboard('k');
    expect(chosen()).toBe(first);
    await user.keyboard('{End}{Home}');
    expect(chosen()).toBe(first);
    await user.keyboard('p');
    await waitFor(() => expect(played.get().basket.map((item) => item.controlId)).toEqual([first]));
    await user.keyboard('/');
    expect(screen.getByRole('searchbox', { name: 'Search findings' })).toHaveFocus();
  });

  it('presses nothing while somebody types', async () => {
    const { played } = await open('review');
    const user = userEvent.setup();
    await user.type(screen.getByRole('searchbox', { name: 'Search findings' }), 'fp');
    expect(played.get().basket).toEqual([]);
    expect(played.get().operations).toEqual([]);
  });

  it('fixes with F, and ends on the plan', async () => {
    await open('review');
    await userEvent.keyboard('f');
    expect(await screen.findByRole('heading', { level: 1, name: 'Apply' })).toBeInTheDocument();
  });
});

describe('the palette', () => {
  it('opens with Ctrl+K, runs what Enter chooses and closes', async () => {
    await open('review');
    const user = userEvent.setup();
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox', { name: 'Find an action' }), 'hosts{Enter}');
    expect(await screen.findByRole('heading', { level: 1, name: 'Hosts' })).toBeInTheDocument();
    expect(screen.queryByRole('combobox', { name: 'Find an action' })).not.toBeInTheDocument();
  });
});

describe('the list of keys', () => {
  it('opens with ? and closes with Esc', async () => {
    await open('hosts');
    const user = userEvent.setup();
    await user.keyboard('?');
    expect(await screen.findByRole('dialog', { name: 'Keys' })).toBeInTheDocument();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Keys' })).not.toBeInTheDocument());
  });
});

describe('every state', () => {
  it.each(Object.keys(scenes))(
    '%s has one main heading, an answer, and at most one primary button',
    async (name) => {
      await open(name);
      expect(screen.getAllByTestId('answer')).toHaveLength(1);
      const behindDialog = scenes[name]?.state.questions.length ?? 0;
      expect(document.querySelectorAll('main h1')).toHaveLength(1);
      expect(document.querySelectorAll('main .pf-v6-c-button.pf-m-primary').length).toBeLessThanOrEqual(1);
      expect(behindDialog === 0 || document.querySelector('[aria-modal="true"]') !== null).toBe(true);
    },
  );
});
