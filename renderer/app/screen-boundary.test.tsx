import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { ScreenBoundary } from './screen-boundary.tsx';

it('says that a screen could not be drawn, and draws it again on request', async () => {
  // React writes the failure to the console as well; that belongs to the case and not to the output of the tests.
  const console_ = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  let broken = true;
  function Part() {
    if (broken) throw new Error('no such field');
    return <p>drawn</p>;
  }
  render(
    <ScreenBoundary>
      <Part />
    </ScreenBoundary>,
  );
  expect(screen.getByRole('alert')).toHaveTextContent('This screen could not be drawn.');
  expect(screen.getByRole('alert')).toHaveTextContent('INTERNAL');
  broken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(screen.getByText('drawn')).toBeInTheDocument();
  console_.mockRestore();
});
