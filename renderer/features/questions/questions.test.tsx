import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../../shared/contract/state.ts';
import { host, workspaceState } from '../../../test/e2e/fake-main/states/build.ts';
import { questions } from '../../../test/e2e/fake-main/states/questions.ts';
import { draw } from '../../../test/support/draw.tsx';
import { Questions } from './questions.tsx';

async function ask(...asked: readonly Question[]) {
  return await draw(
    { ...workspaceState(), hosts: [host('es-prod-1')], questions: [...asked] },
    <Questions />,
  );
}

describe('an unknown host key', () => {
  it('shows the fingerprint in groups and puts the focus on not connecting', async () => {
    await ask(questions['host-key']);
    const dialog = screen.getByRole('dialog', { name: 'Is this the key of es-prod-1?' });
    expect(within(dialog).getByTestId('fingerprint')).toHaveAttribute(
      'data-value',
      'SHA256:q9Xr2mZ5vJtQ1uYw8KcP0aLdE7fBnGhS3iOoRx4TzVk',
    );
    expect(within(dialog).getByText('q9Xr')).toBeInTheDocument();
    await waitFor(() => expect(within(dialog).getByRole('button', { name: 'Do not connect' })).toHaveFocus());
  });

  it('is not trusted by Enter on what has the focus', async () => {
    const { played } = await ask(questions['host-key']);
    await waitFor(() => expect(screen.getByRole('button', { name: 'Do not connect' })).toHaveFocus());
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(played.get().questions).toEqual([]));
    expect(played.get().hosts[0]?.connection).toBe('disconnected');
  });
});

describe('a changed host key', () => {
  it('comes before everything else and offers no way on', async () => {
    await ask(questions.secret, { ...questions['host-key-changed'], id: 'question-2' });
    const stop = screen.getByRole('alertdialog', { name: 'es-prod-1 has a different key' });
    expect(within(stop).getAllByTestId('fingerprint')).toHaveLength(2);
    const buttons = within(stop)
      .getAllByRole('button')
      .map((button) => button.getAttribute('aria-label') ?? button.textContent);
    expect(buttons).toEqual(['Copy the fingerprint', 'Copy the fingerprint', 'Stay disconnected']);
  });
});

describe('a secret', () => {
  it('is typed into a field that hides it and is gone from the window once sent', async () => {
    await ask(questions.secret);
    const field = screen.getByLabelText('sudo password');
    expect(field).toHaveAttribute('type', 'password');
    await waitFor(() => expect(field).toHaveFocus());
    await userEvent.type(field, 'hunter2{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    expect(document.body.innerHTML).not.toContain('hunter2');
  });

  it('says that the last one was not accepted', async () => {
    await ask(questions.secret);
    expect(screen.getByRole('alert')).toHaveTextContent('attempt 2');
  });
});

describe.each([
  ['drift', 'Keep what is there now'],
  ['lock', 'Leave the lock alone'],
  ['lacking', 'Leave it open'],
  ['still-waiting', 'Wait longer'],
  ['rehearsal-impossible', 'Change nothing'],
] as const)('the question %s', (type, careful) => {
  it('has the focus on the careful choice', async () => {
    await ask(questions[type]);
    await waitFor(() => expect(screen.getByRole('button', { name: careful })).toHaveFocus());
  });
});
