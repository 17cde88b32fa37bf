/** What every judgement needs: facts that are there, evidence, and outcomes in the same few words. */
import type { EsInstall } from '../domain/elasticsearch.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { Fact } from '../domain/fact.ts';
import type { FactId, Facts, FactTypes } from '../domain/facts.ts';
import type { Outcome } from '../domain/outcome.ts';
import { redact } from '../text/redact.ts';
import type { Evaluation } from './define-control.ts';

/** A known fact with where and when it was read. */
export interface Seen<T> {
  readonly value: T;
  readonly where: string;
  readonly at: string;
}

export type AllSeen<K extends FactId> = { readonly [P in K]: Seen<FactTypes[P]> };

/**
 * Judges a host with Elasticsearch when all these facts are known. Otherwise says why not: not-applicable without
 * Elasticsearch, unknown or error with the reason of the first fact that is missing.
 */
export function judgeNode<K extends FactId>(
  facts: Facts,
  ids: readonly K[],
  judge: (install: Seen<EsInstall>, seen: AllSeen<K>) => Evaluation,
): Evaluation {
  const install = facts['es-install'];
  if (install?.status !== 'known') return notKnown('es-install', install);
  if (install.value === null) {
    return {
      outcome: 'not-applicable',
      summary: 'There is no Elasticsearch on this host.',
      evidence: [evidence(install, 'Elasticsearch', 'not found')],
    };
  }
  const seen: { [P in K]?: Seen<FactTypes[P]> } = {};
  for (const id of ids) {
    const fact: Fact<FactTypes[K]> | undefined = facts[id];
    if (fact?.status !== 'known') return notKnown(id, fact);
    seen[id] = fact;
  }
  return judge({ value: install.value, where: install.where, at: install.at }, seen as AllSeen<K>);
}

export function notKnown(
  id: FactId,
  fact: Exclude<Fact<unknown>, { status: 'known' }> | undefined,
): Evaluation {
  if (!fact)
    return {
      outcome: 'unknown',
      summary: `${readable[id]} was not read. Assess the host again.`,
      evidence: [],
    };
  const seen: Evidence = {
    what: readable[id],
    value: fact.reason,
    where: fact.where,
    at: fact.at,
    vantage: 'inside',
  };
  if (fact.status === 'error') return { outcome: 'error', summary: fact.reason, evidence: [seen] };
  return { outcome: 'unknown', summary: `${fact.reason} ${fact.remedy}`, evidence: [seen] };
}

const readable: Readonly<Record<FactId, string>> = {
  'host-system': 'The system',
  'es-install': 'The Elasticsearch installation',
  'es-process': 'The Elasticsearch process',
  'service-account': 'The service account',
  'es-settings': 'elasticsearch.yml',
  'es-files': 'The owners and modes of the configuration',
  keystore: 'The keystore',
  'certificate-files': 'The certificates on the host',
  'file-realm': 'The users of the file realm',
  'plaintext-secrets': 'Configuration files',
  firewall: 'The firewall',
  listeners: 'The list of listening ports',
  storage: 'The storage',
  'block-devices': 'The block devices',
  swap: 'Swap',
  'data-directories': 'The data directories',
  'node-answers': 'The answer of the node',
  outside: 'The view from outside',
  topology: 'The cluster of this node',
  kibana: 'The Kibana installation',
  'kibana-peers': 'The Kibana of the other hosts',
};

const rawLimit = 8192;

export function evidence(
  seen: { readonly where: string; readonly at: string },
  what: string,
  value: string,
  raw?: string,
): Evidence {
  return {
    what,
    value: redact(value),
    where: seen.where,
    at: seen.at,
    vantage: 'inside',
    ...(raw === undefined || raw === '' ? {} : { raw: redact(raw).slice(0, rawLimit) }),
  };
}

function outcome(kind: Outcome) {
  return (summary: string, ...seen: readonly Evidence[]): Evaluation => ({
    outcome: kind,
    summary,
    evidence: seen,
  });
}

export const passed = outcome('pass');
export const failed = outcome('fail');
/** The summary says what could not be told and how to let Bulwark tell it. */
export const undecided = outcome('unknown');
export const notApplicable = outcome('not-applicable');

/** "a, b and 3 more" */
export function listed(items: readonly string[], most = 3): string {
  if (items.length <= most)
    return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}

/** "1 file", "3 files" */
export function counted(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
