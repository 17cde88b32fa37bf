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

/** Whether every node of the cluster is on a host of the workspace that was read, and no other host has a node that could join. */
export function nobodyToEnrol(facts: Facts): boolean {
  const topology = knownValue(facts.topology);
  if (topology === undefined || topology.otherHosts > 0) return false;
  const { nodes } = topology.cluster;
  const count = knownValue(facts['node-answers'])?.nodeCount ?? nodes.length;
  return nodes.length >= count && nodes.every(({ standing, note }) => standing === 'read' && note === '');
}

/** Under the same name as the question whether enrolment stays on when a node is secured. @param over what holds without a word */
export function enrollmentChoice(over: boolean): Choice {
  return {
    name: 'enrollment',
    label: 'Enrolment of further nodes and Kibanas',
    hint: 'By an enrolment token a node or Kibana gets the key of the authority, or trust in it, from this node, where the key has to lie for that. Kibana that logs in with a service account token or a password needs none.',
    type: 'one-of',
    suggested: over ? 'off' : '',
    options: [
      {
        value: 'off',
        label: 'It is finished',
        detail: 'the authority’s key goes to your vault',
        unusable: '',
      },
      {
        value: 'on',
        label: 'A node or a Kibana follows',
        detail: 'the key stays',
        unusable: 'Then leave the key where it is, and come back to this finding when all have joined.',
      },
    ],
  };
}

/** By the operator's word, else by what is known. */
export function enrollmentIsOver(choices: Choices, over: boolean): boolean {
  const word = choices['enrollment']?.trim();
  return word === 'off' || (word !== 'on' && over);
}
