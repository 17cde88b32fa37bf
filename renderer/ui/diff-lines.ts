/** Lines of a difference with their marks and numbers; long stretches that are the same are folded. */
import { diffLines } from 'diff';
import { absenceOf } from '../../shared/domain/absence.ts';
import type { Diff } from '../../shared/domain/change.ts';

export interface DiffLine {
  readonly mark: '+' | '-' | ' ';
  readonly text: string;
  /** Line number before, absent for an added line. */
  readonly before?: number;
  /** Line number afterwards, absent for a removed line. */
  readonly after?: number;
}

export type DiffPart =
  | { readonly type: 'lines'; readonly lines: readonly DiffLine[] }
  | { readonly type: 'fold'; readonly lines: readonly DiffLine[] };

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

export function diffAsLines(before: string, after: string): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let numberBefore = 0;
  let numberAfter = 0;
  for (const part of diffLines(before, after)) {
    for (const text of linesOf(part.value)) {
      if (!part.added) numberBefore += 1;
      if (!part.removed) numberAfter += 1;
      lines.push({
        mark: part.added ? '+' : part.removed ? '-' : ' ',
        text,
        ...(part.added ? {} : { before: numberBefore }),
        ...(part.removed ? {} : { after: numberAfter }),
      });
    }
  }
  return lines;
}

/** Lines kept around a change. */
const context = 3;

/** Folds what is the same and farther than three lines from a change, when that saves at least two lines. */
export function foldSame(lines: readonly DiffLine[]): readonly DiffPart[] {
  const near = lines.map((_line, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some((line) => line.mark !== ' '),
  );
  const parts: { type: 'lines' | 'fold'; lines: DiffLine[] }[] = [];
  lines.forEach((line, index) => {
    const type = near[index] === true ? 'lines' : 'fold';
    const last = parts.at(-1);
    if (last?.type === type) last.lines.push(line);
    else parts.push({ type, lines: [line] });
  });
  return parts.map((part) =>
    part.type === 'fold' && part.lines.length < 2 ? { ...part, type: 'lines' } : part,
  );
}

/** The lines of a difference, where one side may say that nothing is there. */
export function linesOfDiff({ before, after }: Diff): readonly DiffLine[] {
  const text = (side: string): string => (absenceOf(side) === undefined ? side : '');
  return diffAsLines(text(before), text(after));
}

/** "2 lines added, 1 removed", and what was not there before or is not there afterwards. */
export function summaryOf({ before, after }: Diff, lines: readonly DiffLine[]): string {
  const was = absenceOf(before) ?? '';
  const willBe = absenceOf(after) ?? '';
  const said = summarise(lines);
  if (was !== '' && willBe === '') return `new, ${was} before: ${said}`;
  return willBe !== '' && was === '' ? `${said}: ${willBe} afterwards` : said;
}

/** "2 lines added, 1 removed". */
export function summarise(lines: readonly DiffLine[]): string {
  const added = lines.filter((line) => line.mark === '+').length;
  const removed = lines.filter((line) => line.mark === '-').length;
  if (added + removed === 0) return 'no difference';
  if (removed === 0) return `${added} ${added === 1 ? 'line' : 'lines'} added`;
  if (added === 0) return `${removed} ${removed === 1 ? 'line' : 'lines'} removed`;
  return `${added} ${added === 1 ? 'line' : 'lines'} added, ${removed} removed`;
}
