/** How the hosts stand: pure readings of the state that several screens share. */
import type { HostState } from '../../shared/contract/state.ts';
import type { Finding } from '../../shared/domain/finding.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { type Severity, severities } from '../../shared/domain/severity.ts';
import { covers, type Waiver } from '../../shared/domain/waiver.ts';

export type Counts = Readonly<Record<Outcome, number>>;

export function countOutcomes(findings: readonly Finding[]): Counts {
  const counts = { pass: 0, fail: 0, unknown: 0, error: 0, 'not-applicable': 0 };
  for (const finding of findings) counts[finding.outcome] += 1;
  return counts;
}

export function countFailures(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, informational: 0 };
  for (const finding of findings) if (finding.outcome === 'fail') counts[finding.severity] += 1;
  return counts;
}

export function latestFindings(hosts: readonly HostState[]): readonly Finding[] {
  return hosts.flatMap((host) => host.latest?.findings ?? []);
}

export function baselineFindings(hosts: readonly HostState[]): readonly Finding[] {
  return hosts.flatMap((host) => host.baseline?.findings ?? []);
}

/** Whether a stranger outside can use it: something was seen open from the operator's machine. */
export function seenFromOutside(finding: Finding): boolean {
  return finding.evidence.some((piece) => piece.vantage === 'outside');
}

const outcomeOrder: Readonly<Record<Outcome, number>> = {
  fail: 0,
  error: 1,
  unknown: 2,
  pass: 3,
  'not-applicable': 4,
};

/** The order in which an operator should act: fails by severity, what is reachable from outside first. */
export function compareUrgency(a: Finding, b: Finding): number {
  return (
    outcomeOrder[a.outcome] - outcomeOrder[b.outcome] ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    Number(seenFromOutside(b)) - Number(seenFromOutside(a)) ||
    a.controlId.localeCompare(b.controlId)
  );
}

export interface FindingRow {
  readonly controlId: string;
  readonly title: string;
  /** The worst first; never empty. */
  readonly findings: readonly [Finding, ...Finding[]];
  readonly worst: Finding;
}

/** One row per control: several hosts with the same condition are read together. */
export function findingRows(findings: readonly Finding[]): readonly FindingRow[] {
  const byControl = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const row = byControl.get(finding.controlId);
    if (row === undefined) byControl.set(finding.controlId, [finding]);
    else row.push(finding);
  }
  return [...byControl.entries()]
    .map(([controlId, row]) => {
      row.sort(compareUrgency);
      return { controlId, title: row[0].title, findings: row, worst: row[0] };
    })
    .sort((a, b) => compareUrgency(a.worst, b.worst));
}

export interface Verdict {
  readonly before: Finding | undefined;
  readonly after: Finding;
  readonly hostName: string;
}

/** What does not hold now first, then what did not hold before, then what could not be judged before. */
function verdictRank({ before, after }: Verdict): number {
  if (after.outcome !== 'pass' && after.outcome !== 'not-applicable') return 0;
  return before?.outcome === 'fail' || before?.outcome === 'error' ? 1 : 2;
}

/** Findings whose outcome differs between the first and the latest assessment; what matters most on top. */
export function changedVerdicts(hosts: readonly HostState[]): readonly Verdict[] {
  const severity = ({ after }: Verdict) => severities.indexOf(after.severity);
  return hosts
    .flatMap((host) => {
      if (host.baseline === undefined || host.latest === undefined) return [];
      const before = new Map(host.baseline.findings.map((finding) => [finding.controlId, finding]));
      return host.latest.findings
        .map((after) => ({ before: before.get(after.controlId), after, hostName: host.host.name }))
        .filter((verdict) => verdict.before?.outcome !== verdict.after.outcome);
    })
    .toSorted((a, b) => verdictRank(a) - verdictRank(b) || severity(a) - severity(b));
}

/** Whether something was done on a host after its latest assessment began. */
export function changedSinceAssessed(host: HostState): boolean {
  const done = host.history.reduce((latest, item) => (item.at > latest ? item.at : latest), '');
  return done !== '' && (host.latest === undefined || done > host.latest.startedAt);
}

export function canBePlanned(finding: Finding): boolean {
  return (
    finding.outcome === 'fail' && (finding.remedy.type === 'changes' || finding.remedy.type === 'choices')
  );
}

/** Findings whose risk somebody accepted as they are, and whose time is not over. @param now milliseconds since 1970 */
export function acceptedFindings(
  waivers: readonly Waiver[],
  findings: readonly Finding[],
  now: number,
): ReadonlySet<string> {
  const known = new Map(waivers.map((waiver) => [waiver.findingId, waiver]));
  return new Set(
    findings
      .filter(({ id, outcome }) => {
        const waiver = known.get(id);
        return waiver !== undefined && covers(waiver, outcome, now);
      })
      .map(({ id }) => id),
  );
}
