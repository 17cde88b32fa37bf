/** Which rows the filters leave, and in which order. */
import type { Finding } from '../../../shared/domain/finding.ts';
import { canBePlanned, type FindingRow, findingRows } from '../../app/posture.ts';
import type { ReviewFilters } from '../../app/ui-store.ts';

function holds(filters: ReviewFilters, finding: Finding): boolean {
  const { outcomes, severities, areas, host, fixable } = filters;
  return (
    (outcomes.length === 0 || outcomes.includes(finding.outcome)) &&
    (severities.length === 0 || severities.includes(finding.severity)) &&
    (areas.length === 0 || areas.includes(finding.area)) &&
    (host === '' || finding.hostId === host) &&
    (!fixable || canBePlanned(finding))
  );
}

/** What somebody answers for comes after everything else that is as it is. @param accepted ids of findings */
export function filteredRows(
  findings: readonly Finding[],
  filters: ReviewFilters,
  accepted: ReadonlySet<string> = new Set(),
): readonly FindingRow[] {
  const words = filters.words.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = findingRows(findings.filter((finding) => holds(filters, finding))).filter((row) => {
    const text = `${row.title} ${row.controlId} ${row.worst.summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const open = ({ worst }: FindingRow): boolean =>
    worst.outcome !== 'pass' && worst.outcome !== 'not-applicable';
  const excused = (row: FindingRow): boolean =>
    open(row) && row.findings.every(({ id, outcome }) => outcome !== row.worst.outcome || accepted.has(id));
  return [
    ...rows.filter((row) => open(row) && !excused(row)),
    ...rows.filter(excused),
    ...rows.filter((row) => !open(row)),
  ];
}

/** What nothing has to be done about: conditions that make no sense on these hosts, and why not. */
export interface Quiet {
  readonly shown: readonly FindingRow[];
  readonly hidden: number;
  /** Each reason once, as a sentence. */
  readonly reasons: readonly string[];
}

/**
 * Takes out what applies nowhere, unless somebody asked for outcomes, typed words, or opened it.
 * @param opened the control whose finding is open
 */
export function withoutQuiet(rows: readonly FindingRow[], filters: ReviewFilters, opened: string): Quiet {
  const asked = filters.outcomes.length > 0 || filters.words.trim() !== '';
  const isQuiet = ({ controlId, worst }: FindingRow): boolean =>
    !asked && worst.outcome === 'not-applicable' && controlId !== opened;
  const quiet = rows.filter(isQuiet);
  return {
    shown: rows.filter((row) => !isQuiet(row)),
    hidden: quiet.length,
    reasons: [...new Set(quiet.map(({ worst }) => worst.summary))],
  };
}

/** What a row says about its hosts: all of them, or the odd ones by name. */
export function hostSentence(row: FindingRow, nameOf: ReadonlyMap<string, string>): string {
  const name = (finding: Finding): string => nameOf.get(finding.hostId) ?? finding.hostId;
  if (row.findings.length === 1) return name(row.worst);
  const same = row.findings.filter((finding) => finding.outcome === row.worst.outcome);
  if (same.length === row.findings.length) return `all ${same.length} hosts`;
  const shown = same.slice(0, 2).map(name).join(', ');
  return same.length <= 2 ? `only ${shown}` : `${same.length} of ${row.findings.length} hosts`;
}
