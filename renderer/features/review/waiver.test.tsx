import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { finding } from '../../../test/e2e/fake-main/states/build.ts';
import { ready } from '../../../test/e2e/fake-main/states/situations.ts';
import { draw } from '../../../test/support/draw.tsx';
import { WaiverButton, WaiverNote } from './waiver.tsx';

const failing = finding('es-prod-1', 'http-port-restricted', 'fail');

function Both() {
  return (
    <>
      <WaiverNote finding={failing} />
      <WaiverButton finding={failing} />
    </>
  );
}

describe('accepting a risk', () => {
  it('wants a reason, a name and an end, and says what does not change', async () => {
    const { played } = await draw(ready, <Both />);
    await userEvent.click(screen.getByRole('button', { name: 'Waive…' }));
    const dialog = screen.getByRole('dialog', { name: 'Accept this risk on es-prod-1' });
    expect(dialog).toHaveTextContent('stays Fail');
    await userEvent.click(within(dialog).getByRole('button', { name: /^Accept until/ }));
    expect(within(dialog).getByText('Say why.')).toBeVisible();
    expect(within(dialog).getByLabelText('Reason')).toHaveFocus();
    expect(played.get().waivers).toEqual([]);

    await userEvent.type(within(dialog).getByLabelText('Reason'), 'The storage encrypts by itself.');
    await userEvent.type(within(dialog).getByLabelText('Approved by'), 'J. Brandt');
    await userEvent.click(within(dialog).getByRole('button', { name: /^Accept until \d+ \w+ \d{4}$/ }));
    await waitFor(() => expect(played.get().waivers).toHaveLength(1));
    const note = await screen.findByTestId('waiver');
    expect(note).toHaveTextContent(/Accepted until .* by J\. BrandtThe storage encrypts by itself\./);
    expect(played.get().waivers[0]).toMatchObject({ findingId: 'es-prod-1/http-port-restricted' });

    await userEvent.click(within(note).getByRole('button', { name: 'Withdraw' }));
    await waitFor(() => expect(screen.queryByTestId('waiver')).not.toBeInTheDocument());
  });

  it('that was made for what could not be decided does not cover a fail', async () => {
    const unknown = {
      findingId: failing.id,
      hostId: failing.hostId,
      controlId: failing.controlId,
      outcome: 'unknown' as const,
      reason: 'The storage cannot be asked.',
      approver: 'J. Brandt',
      until: '2099-01-31',
      at: '2026-11-01T10:00:00Z',
      operator: 'm.keller',
    };
    await draw({ ...ready, waivers: [unknown] }, <Both />);
    expect(screen.getByTestId('waiver')).toHaveAttribute('data-active', 'false');
    expect(screen.getByTestId('waiver')).toHaveTextContent(
      'Was accepted until 31 Jan 2099 by J. BrandtIt was accepted as Unknown and does not count for Fail.',
    );
    expect(screen.getByRole('button', { name: 'Waive…' })).toBeVisible();
  });

  it('says when it is over, and is not offered for what passes', async () => {
    const over = {
      findingId: failing.id,
      hostId: failing.hostId,
      controlId: failing.controlId,
      reason: 'Until the new disks are there.',
      approver: 'J. Brandt',
      until: '2020-01-31',
      at: '2019-11-01T10:00:00Z',
      operator: 'm.keller',
    };
    await draw({ ...ready, waivers: [over] }, <Both />);
    expect(screen.getByTestId('waiver')).toHaveTextContent('Was accepted until 31 Jan 2020');
    expect(screen.getByRole('button', { name: 'Waive…' })).toBeVisible();
    await draw(ready, <WaiverButton finding={finding('es-prod-1', 'http-tls', 'pass')} />);
    expect(screen.getAllByRole('button', { name: 'Waive…' })).toHaveLength(1);
  });
});
