import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { finding } from '../../../test/e2e/fake-main/states/build.ts';
import { verified } from '../../../test/e2e/fake-main/states/situations.ts';
import { draw } from '../../../test/support/draw.tsx';
import { UndoFix } from './undo-fix.tsx';

describe('undoing from the finding', () => {
  it('names every step and what else it served, and takes back only those', async () => {
    const { played } = await draw(
      verified,
      <UndoFix finding={finding('es-prod-1', 'firewall-active', 'pass')} />,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Undo this fix' }));
    const dialog = screen.getByRole('dialog', { name: 'Undo this fix on es-prod-1' });
    expect(within(dialog).getAllByRole('listitem')).toHaveLength(1);
    expect(dialog).toHaveTextContent('The HTTP port accepts only chosen sources');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Undo 1 change' }));
    await waitFor(() =>
      expect(played.get().hosts[0]?.history.map(({ result }) => result)).toEqual(['done', 'done', 'undone']),
    );
  });

  it('is not offered where Bulwark changed nothing for it', async () => {
    await draw(verified, <UndoFix finding={finding('es-prod-1', 'es-data-encrypted', 'fail')} />);
    expect(screen.queryByRole('button', { name: 'Undo this fix' })).not.toBeInTheDocument();
  });
});
