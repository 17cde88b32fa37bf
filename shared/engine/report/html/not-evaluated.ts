/** What was not evaluated, said once for all hosts that share the reason, and once for all that does not apply for one reason. */
import type { Report } from '../../../domain/report.ts';

export interface Gap {
  /** One, or all that make no sense on these hosts for this reason. */
  readonly controls: readonly string[];
  readonly outcome: string;
  readonly reason: string;
  readonly hosts: readonly string[];
}

/** What could not be told first, what does not apply last. */
export function gapsOf(report: Report): readonly Gap[] {
  const found = new Map<string, Gap & { readonly hosts: string[] }>();
  for (const { control, outcome, reason, host } of report.notEvaluated) {
    const key = JSON.stringify([control, outcome, reason]);
    const known = found.get(key) ?? { controls: [control], outcome, reason, hosts: [] };
    known.hosts.push(host);
    found.set(key, known);
  }
  const gaps = [...found.values()];
  const applying = gaps.filter(({ outcome }) => outcome !== quiet);
  const together = new Map<string, Gap & { readonly controls: string[] }>();
  for (const { controls, reason, hosts } of gaps.filter(({ outcome }) => outcome === quiet)) {
    const key = JSON.stringify([reason, hosts]);
    const known = together.get(key) ?? { controls: [], outcome: quiet, reason, hosts };
    known.controls.push(...controls);
    together.set(key, known);
  }
  return [...applying, ...together.values()];
}

const quiet = 'not-applicable';

/** Short enough for a line: "http-tls", "11 checks". */
export function gapName({ controls }: Gap): string {
  return controls.length <= 2 ? controls.join(' and ') : `${controls.length} checks`;
}
