/** What was not evaluated, said once for all hosts that share the reason. */
import type { Report } from '../../../domain/report.ts';

export interface Gap {
  readonly control: string;
  readonly outcome: string;
  readonly reason: string;
  readonly hosts: readonly string[];
}

export function gapsOf(report: Report): readonly Gap[] {
  const found = new Map<string, Gap & { readonly hosts: string[] }>();
  for (const { control, outcome, reason, host } of report.notEvaluated) {
    const key = JSON.stringify([control, outcome, reason]);
    const known = found.get(key) ?? { control, outcome, reason, hosts: [] };
    known.hosts.push(host);
    found.set(key, known);
  }
  return [...found.values()];
}
