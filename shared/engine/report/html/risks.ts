/** Conditions that do not hold as far as is known now: worst first, one entry for all hosts that share it. */
import type { Finding } from '../../../domain/finding.ts';
import type { Report } from '../../../domain/report.ts';
import { severities } from '../../../domain/severity.ts';
import { findingsNow } from '../figures.ts';

export interface Risk {
  /** The first host's; the others may differ in detail, which their evidence tells. */
  readonly finding: Finding;
  readonly hosts: readonly string[];
}

export function openRisksOf(report: Report): readonly Risk[] {
  const found = new Map<string, { finding: Finding; hosts: string[] }>();
  for (const host of report.hosts) {
    for (const finding of findingsNow(host)) {
      if (finding.outcome !== 'fail') continue;
      const known = found.get(finding.controlId) ?? { finding, hosts: [] };
      known.hosts.push(host.name);
      found.set(finding.controlId, known);
    }
  }
  return [...found.values()].toSorted(
    (left, right) => severities.indexOf(left.finding.severity) - severities.indexOf(right.finding.severity),
  );
}
