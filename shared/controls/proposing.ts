/** What proposals share: facts that are there or a plain reason, and the shape of a manual answer. */
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { Proposal } from './define-control.ts';

export type Manual = Extract<Proposal, { type: 'manual' }>;

export function manual(reason: string, ...steps: readonly string[]): Manual {
  return { type: 'manual', reason, steps };
}

export function installOf(facts: Facts): EsInstall | undefined {
  return knownValue(facts['es-install']) ?? undefined;
}

/** Proposals are only asked for where the judgement had all facts; this is the answer when one has gone missing. */
export const factsMissing: Manual = manual(
  'What the fix rests on is not known any more.',
  'Assess the host again.',
);

export const noUnit = (doing: string): Manual =>
  manual(
    `No systemd unit starts this Elasticsearch, so Bulwark cannot ${doing} and be sure that the node comes back.`,
    'Create a systemd unit that starts Elasticsearch, or make the change by hand and start the node the way it is started today.',
  );
