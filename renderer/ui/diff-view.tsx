/** One difference, line by line: marks + and − carry the meaning, colour only helps. */
import { useMemo, useState } from 'react';
import type { Diff } from '../../shared/domain/change.ts';
import { type DiffLine, foldSame, linesOfDiff, summaryOf } from './diff-lines.ts';

const spoken = { '+': 'added', '-': 'removed', ' ': '' } as const;

function Line({ line }: { readonly line: DiffLine }) {
  const kind = line.mark === '+' ? 'diff-added' : line.mark === '-' ? 'diff-removed' : 'diff-same';
  return (
    <tr className={kind}>
      <td className="diff-number">{line.before ?? ''}</td>
      <td className="diff-number">{line.after ?? ''}</td>
      <td className="diff-mark">
        <span aria-hidden="true">{line.mark === '-' ? '−' : line.mark}</span>
        <span className="sr-only">{spoken[line.mark]}</span>
      </td>
      <td className="diff-text">{line.text === '' ? ' ' : line.text}</td>
    </tr>
  );
}

function Fold({ lines }: { readonly lines: readonly DiffLine[] }) {
  const [open, setOpen] = useState(false);
  if (open) return lines.map((line) => <Line key={`${line.before}-${line.after}`} line={line} />);
  return (
    <tr className="diff-fold">
      <td colSpan={4}>
        <button type="button" className="text-button" onClick={() => setOpen(true)}>
          Show {lines.length} lines that stay the same
        </button>
      </td>
    </tr>
  );
}

export function DiffView({ diff }: { readonly diff: Diff }) {
  const lines = useMemo(() => linesOfDiff(diff), [diff]);
  const parts = useMemo(() => foldSame(lines), [lines]);
  const summary = summaryOf(diff, lines);
  return (
    <figure className="diff" aria-label={`${diff.subject}: ${summary}`}>
      <figcaption>
        <span className="mono">{diff.subject}</span>
        <span className="muted">{summary}</span>
      </figcaption>
      <div className="diff-scroll" role="group" aria-label="Scrolls sideways" tabIndex={0}>
        <table>
          <caption className="sr-only">Lines of {diff.subject}</caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">Before</th>
              <th scope="col">After</th>
              <th scope="col">Change</th>
              <th scope="col">Text</th>
            </tr>
          </thead>
          <tbody>
            {parts.map((part, index) =>
              part.type === 'fold' ? (
                <Fold key={`fold-${index}`} lines={part.lines} />
              ) : (
                part.lines.map((line) => (
                  <Line key={`${line.mark}-${line.before ?? ''}-${line.after ?? ''}`} line={line} />
                ))
              ),
            )}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
