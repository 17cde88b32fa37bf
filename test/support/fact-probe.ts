/** Feeds a fact source with what a probe printed. */
import type { FactSource, ProbeFrame } from '../../shared/engine/fact-source.ts';
import { at } from './facts.ts';

export function frame(text: string, more: Partial<ProbeFrame> = {}): ProbeFrame {
  return { exitCode: 0, timedOut: false, truncated: false, output: new TextEncoder().encode(text), ...more };
}

/** The known value, or an exception with the reason. */
export function readFact<T>(source: FactSource<string, T>, text: string, privileged = true): T {
  const fact = source.parse(frame(text), { at, privileged });
  if (fact.status !== 'known') throw new Error(`${source.id}: ${fact.status} ${fact.reason}`);
  return fact.value;
}

/** Reason and remedy of an unknown fact. */
export function unknownFact(source: FactSource, text: string, privileged = false): string {
  const fact = source.parse(frame(text), { at, privileged });
  return fact.status === 'unknown' ? `${fact.reason} ${fact.remedy}` : `not unknown: ${fact.status}`;
}

/** A secret that must not turn up anywhere. */
export const canary = 'Canary-77x!tZ';
