/**
 * What a change lets in, for tools that read rules from the top: chosen sources first, then everything else over TCP closed.
 * Ports that stay open to everyone are neither opened nor closed: there the host's own rules go on to decide.
 */
import type { FirewallChange } from './backend.ts';
import { readSources } from './sources.ts';

export type Family = 4 | 6;

export interface Door {
  readonly port: number;
  /** Addresses or ranges of this family, shortest form. */
  readonly from: readonly string[];
  readonly label: string;
}

export interface Doors {
  /** Open to chosen sources. */
  readonly chosen: readonly Door[];
  /** Left to the host's own rules. */
  readonly left: readonly { readonly port: number; readonly label: string }[];
  /** Ports that are closed to whoever is not among the chosen sources: first and last of each run. */
  readonly closed: readonly (readonly [number, number])[];
}

export const lastPort = 65_535;

/** Nothing that would be special to a rule file, a shell or a list of rules. At most 100 characters. */
export function plainLabel(label: string): string {
  return label
    .replace(/[^A-Za-z0-9._:/-]+/g, ' ')
    .trim()
    .slice(0, 100);
}

/** Every port but these, as runs. */
export function allBut(ports: readonly number[]): readonly (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = [];
  let next = 1;
  for (const port of [...new Set(ports)].sort((left, right) => left - right)) {
    if (port > next) {
      runs.push([next, port - 1]);
    }
    next = port + 1;
  }
  return next <= lastPort ? [...runs, [next, lastPort]] : runs;
}

/** Undefined when a source is not an address or range. */
export function doorsOf(change: FirewallChange, family: Family): Doors | undefined {
  const wishes = [
    { port: change.sshPort, from: change.operatorSources, label: 'SSH for operators' },
    ...[...change.allow].sort((left, right) => left.port - right.port),
  ];
  const chosen: Door[] = [];
  const left: { port: number; label: string }[] = [];
  for (const { port, from, label } of wishes) {
    const sources = readSources(from);
    if (sources === undefined) {
      return undefined;
    }
    if (family === 4 ? sources.any4 : sources.any6) {
      left.push({ port, label: plainLabel(label) });
      continue;
    }
    const addresses = family === 4 ? sources.v4 : sources.v6;
    if (addresses.length > 0) {
      chosen.push({ port, from: addresses, label: plainLabel(label) });
    }
  }
  return { chosen, left, closed: allBut(left.map(({ port }) => port)) };
}
