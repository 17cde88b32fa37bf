/** The numbers of a report. They are printed as fixed sentences, so that a verifier can look for them in the PDF's text. */
import type { Finding } from '../../domain/finding.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { OutcomeCounts, Report } from '../../domain/report.ts';
import { type Severity, severities } from '../../domain/severity.ts';

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  pass: 'pass',
  fail: 'fail',
  unknown: 'unknown',
  error: 'error',
  'not-applicable': 'not applicable',
};

const none: OutcomeCounts = { pass: 0, fail: 0, unknown: 0, error: 0, 'not-applicable': 0 };

export function countOutcomes(findings: readonly Pick<Finding, 'outcome'>[]): OutcomeCounts {
  const counts = { ...none };
  for (const { outcome } of findings) counts[outcome] += 1;
  return counts;
}

function addCounts(left: OutcomeCounts, right: OutcomeCounts): OutcomeCounts {
  return {
    pass: left.pass + right.pass,
    fail: left.fail + right.fail,
    unknown: left.unknown + right.unknown,
    error: left.error + right.error,
    'not-applicable': left['not-applicable'] + right['not-applicable'],
  };
}

export function totalOf(counts: OutcomeCounts): number {
  return counts.pass + counts.fail + counts.unknown + counts.error + counts['not-applicable'];
}

type ReportHost = Report['hosts'][number];

/** The latest that is known of a host. */
export function findingsNow(host: ReportHost): readonly Finding[] {
  return (host.after ?? host.before).findings;
}

export interface Figures {
  readonly hosts: number;
  readonly before: OutcomeCounts;
  /** Hosts that were not assessed again are left out. */
  readonly after: OutcomeCounts;
  readonly hostsAssessedAgain: number;
  readonly changesStanding: number;
  readonly changesUndone: number;
  readonly changesUnsettled: number;
  /** Failed before and passing now, hosts that were assessed again only. */
  readonly mended: number;
  /** Failing as far as is known now, by severity. */
  readonly open: Readonly<Record<Severity, number>>;
  readonly undecided: number;
}

export function figuresOf(report: Report): Figures {
  const changes = report.hosts.flatMap((host) => host.changes);
  const again = report.hosts.filter((host) => host.after !== undefined);
  const now = report.hosts.flatMap(findingsNow);
  const undone = changes.filter((change) => change.undone);
  const standing = changes.filter((change) => !change.undone && change.result === 'done');
  return {
    hosts: report.hosts.length,
    before: report.hosts.reduce((sum, host) => addCounts(sum, host.before.counts), none),
    after: again.reduce((sum, host) => addCounts(sum, host.after?.counts ?? none), none),
    hostsAssessedAgain: again.length,
    changesStanding: standing.length,
    changesUndone: undone.length,
    changesUnsettled: changes.length - standing.length - undone.length,
    mended: again.reduce((sum, host) => sum + mendedOn(host), 0),
    open: openBySeverity(now),
    undecided: now.filter(({ outcome }) => outcome === 'unknown' || outcome === 'error').length,
  };
}

function mendedOn(host: ReportHost): number {
  const failed = new Set(host.before.findings.filter((one) => one.outcome === 'fail').map((one) => one.id));
  return (host.after?.findings ?? []).filter((one) => one.outcome === 'pass' && failed.has(one.id)).length;
}

function openBySeverity(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const open = { critical: 0, high: 0, medium: 0, low: 0, informational: 0 };
  for (const { outcome, severity } of findings) if (outcome === 'fail') open[severity] += 1;
  return open;
}

/** "3 pass, 9 fail, 1 unknown, 0 error, 0 not applicable of 13" */
export function countsSentence(counts: OutcomeCounts): string {
  const parts = (['pass', 'fail', 'unknown', 'error', 'not-applicable'] as const).map(
    (outcome) => `${counts[outcome]} ${outcomeWords[outcome]}`,
  );
  return `${parts.join(', ')} of ${totalOf(counts)}`;
}

/** The lines that stand on the last page exactly as they are here. */
export function figureLines(report: Report): readonly string[] {
  const figures = figuresOf(report);
  const open = severities.map((severity) => `${figures.open[severity]} ${severity}`).join(', ');
  return [
    `Before: ${countsSentence(figures.before)}.`,
    figures.hostsAssessedAgain === 0
      ? 'After: not assessed again.'
      : `After: ${countsSentence(figures.after)} on ${figures.hostsAssessedAgain} of ${figures.hosts} hosts.`,
    `Changes: ${figures.changesStanding} standing, ${figures.changesUndone} undone, ${figures.changesUnsettled} unsettled.`,
    `Still failing: ${open}.`,
  ];
}
