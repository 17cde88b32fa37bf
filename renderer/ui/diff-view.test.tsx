import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { diffAsLines, foldSame, summarise } from './diff-lines.ts';
import { DiffView } from './diff-view.tsx';

function numbered(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');
}

describe('lines of a difference', () => {
  it('carry marks and the numbers of both sides', () => {
    const lines = diffAsLines('a\nb\nc\n', 'a\nB\nc\nd\n');
    expect(lines.map((line) => `${line.mark}${line.text}`)).toEqual([' a', '-b', '+B', ' c', '+d']);
    expect(lines.find((line) => line.text === 'B')).toEqual({ mark: '+', text: 'B', after: 2 });
    expect(summarise(lines)).toBe('2 lines added, 1 removed');
  });

  it('say when there is no difference, also for empty texts', () => {
    expect(summarise(diffAsLines('', ''))).toBe('no difference');
    expect(summarise(diffAsLines('a\n', 'a\n'))).toBe('no difference');
    expect(summarise(diffAsLines('', 'a\n'))).toBe('1 line added');
    expect(summarise(diffAsLines('a\nb\n', ''))).toBe('2 lines removed');
  });

  it('fold what is the same and far from a change', () => {
    const parts = foldSame(diffAsLines(numbered(1, 20), `${numbered(1, 19)}changed\n`));
    expect(parts.map((part) => `${part.type} ${part.lines.length}`)).toEqual(['fold 16', 'lines 5']);
  });
});

describe('the view', () => {
  it('reads without colour: every changed line says so', () => {
    render(<DiffView diff={{ subject: '/etc/a.yml', before: 'a: 1\n', after: 'a: 2\n' }} />);
    const figure = screen.getByRole('figure', { name: '/etc/a.yml: 1 line added, 1 removed' });
    expect(within(figure).getByRole('row', { name: /removed.*a: 1/ })).toBeInTheDocument();
    expect(within(figure).getByRole('row', { name: /added.*a: 2/ })).toBeInTheDocument();
  });

  it('shows what is new as new, without a line that is taken away', () => {
    render(<DiffView diff={{ subject: '/etc/new', before: '(no file)', after: 'a: 1\n' }} />);
    const figure = screen.getByRole('figure', { name: '/etc/new: new, no file before: 1 line added' });
    expect(within(figure).queryByRole('row', { name: /removed/ })).not.toBeInTheDocument();
    render(<DiffView diff={{ subject: '/etc/gone', before: 'a: 1\n', after: '(no file)' }} />);
    expect(
      screen.getByRole('figure', { name: '/etc/gone: 1 line removed: no file afterwards' }),
    ).toBeInTheDocument();
  });

  it('unfolds on request', async () => {
    const user = userEvent.setup();
    render(<DiffView diff={{ subject: 'f', before: numbered(1, 30), after: `${numbered(1, 30)}end\n` }} />);
    expect(screen.queryByText('line 3')).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Show 27 lines that stay the same' }));
    expect(screen.getByText('line 3')).toBeInTheDocument();
  });
});
