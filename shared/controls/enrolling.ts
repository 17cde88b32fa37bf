/**
 * The key of the HTTP authority, which Elasticsearch's own set-up leaves on the node: further nodes and Kibana cannot be enrolled by
 * tokens without it, so it goes where that is over, and the operator says so where it cannot be told.
 */
import type { Change } from '../domain/change.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { Choice } from '../domain/finding.ts';
import type { Choices } from './define-control.ts';

/** Name in the vault; localised to the host like the others. */
const authorityKeyRef = 'es/http-authority';
/** Where the set-up writes the store of the HTTP certificate. */
export const setUpStore = 'certs/http.p12';

export const noMoreTokens =
  'No further node or Kibana can be enrolled by a token from this node until this is undone.';

export function takeAuthorityKey(install: EsInstall, store: string, madeByPlan = false): Change {
  return {
    kind: 'es-authority-key',
    install,
    store,
    authorityRef: authorityKeyRef,
    ...(madeByPlan ? { madeByPlan } : {}),
  };
}

/**
 * Whether no host of the workspace is left that could join: every node of the cluster is on one that was read, and no other host has
 * a node. A node that begins anew has no cluster to ask.
 */
export function nobodyToEnrol(facts: Facts, begins: boolean): boolean {
  const topology = knownValue(facts.topology);
  if (topology === undefined || topology.otherHosts > 0) return false;
  if (begins) return true;
  const { nodes } = topology.cluster;
  const count = knownValue(facts['node-answers'])?.nodeCount ?? nodes.length;
  return nodes.length >= count && nodes.every(({ standing, note }) => standing === 'read' && note === '');
}

/** @param wish what holds without the operator's word; `leftAlone` why "it goes on" cannot be chosen, empty where it can */
export function enrollingChoice(wish: {
  readonly suggested: 'finished' | 'going-on' | '';
  readonly leftAlone: string;
}): Choice {
  return {
    name: 'enrolling',
    label: 'Enrolling further nodes and Kibana',
    hint: 'By an enrolment token a node or Kibana gets the key of the authority, or trust in it, from this node, where the key has to lie for that. Kibana that logs in with a service account token or a password needs none.',
    type: 'one-of',
    suggested: wish.suggested,
    options: [
      {
        value: 'finished',
        label: 'It is finished',
        detail: 'The authority’s key goes to your vault',
        unusable: '',
      },
      {
        value: 'going-on',
        label: 'It goes on',
        detail: 'The key stays on the node, which is a finding until then',
        unusable: wish.leftAlone,
      },
    ],
  };
}

/** By the operator's word, else by what is known; undefined: it has to be asked. */
export function enrollingIsOver(choices: Choices, over: boolean): boolean | undefined {
  const word = choices['enrolling']?.trim();
  if (word === 'finished') return true;
  if (word === 'going-on') return false;
  return over ? true : undefined;
}
