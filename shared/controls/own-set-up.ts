/** A node without data that Elasticsearch's own set-up secures: as a cluster of its own, or as a member of a secured one. */
import type { Change } from '../domain/change.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts, YamlSettingFact } from '../domain/facts.ts';
import type { Choice } from '../domain/finding.ts';
import { isOn, settingValue } from '../text/yaml-settings.ts';
import type { Choices, Proposal } from './define-control.ts';
import { noMoreTokens, setUpStore, takeAuthorityKey } from './enrolling.ts';
import { chosenToJoin, joinChoice, proposeJoining } from './joining.ts';
import { elasticPasswordRef, httpCaRef } from './own-certificates.ts';

export interface OwnSetUp {
  readonly way: 'auto-configuration';
  readonly install: EsInstall;
  readonly setAsideData: boolean;
  /** Its settings make it a member of others: it joins a cluster, or is left to the operator. */
  readonly memberOnly: boolean;
}

/** Only people know whether a node or a Kibana is still to come. */
const enrollment: Choice = {
  name: 'enrollment',
  label: 'Enrolment of further nodes and Kibanas',
  hint: 'While it is on, whoever gets an enrolment token joins the cluster. Leave it on only if one is about to be enrolled, and switch it off afterwards (control enrollment-disabled).',
  type: 'one-of',
  suggested: 'off',
  options: [
    {
      value: 'off',
      label: 'Switch it off',
      detail: 'nobody is to be enrolled now; the authority’s key goes to your vault',
      unusable: '',
    },
    { value: 'on', label: 'Leave it on', detail: 'a node of this host or a Kibana follows', unusable: '' },
    {
      value: 'nodes',
      label: 'Leave it on and listen for nodes',
      detail: 'nodes of other hosts follow: they reach this one at its port for nodes, on every address',
      unusable: '',
    },
  ],
};

export function proposeOwnSetUp(
  facts: Facts,
  choices: Choices,
  ready: OwnSetUp & { readonly fixedTogetherWith: readonly string[] },
): Proposal {
  const { install, setAsideData, fixedTogetherWith, memberOnly } = ready;
  const settings = knownValue(facts['es-settings'])?.settings ?? [];
  const single = settingValue(settings, 'discovery.type') === 'single-node';
  const joining = joinChoice(facts, install, !memberOnly);
  const host = chosenToJoin(choices, joining);
  if (host !== undefined)
    return proposeJoining(facts, { ...ready, removeSettings: inTheWay(settings, false) }, host, joining);
  const word = choices[enrollment.name] ?? enrollment.suggested;
  const listens = word === 'nodes';
  const stays = word === 'on' || listens;
  const removeSettings = [
    ...inTheWay(settings, single && !listens),
    ...(single && listens ? ['discovery.type'] : []),
  ];
  const change: Change = {
    kind: 'es-auto-configuration',
    install,
    elasticPasswordRef,
    httpCaRef,
    removeSettings,
    setAsideData,
    ...(stays ? {} : { endEnrollment: true }),
    ...(listens ? { listensForNodes: true } : {}),
  };
  const more = {
    choices: [...(joining === undefined ? [] : [joining]), ...(memberOnly ? [] : [enrollment])],
    steps: steps(removeSettings, setAsideData, stays, listens),
    disturbs:
      'The node restarts: it is away for about a minute, on a slow host up to three. Afterwards every client needs https, the new certificate authority and a password.',
    undo: 'Undo brings back settings, keystore and data directory of before and restarts the node, which is then open to everybody again.',
    fixedTogetherWith,
  };
  return memberOnly
    ? {
        type: 'choices',
        ...more,
        steps: [
          'The settings make this node a member of a cluster. Once you have chosen which one, Bulwark will enrol it there.',
        ],
      }
    : {
        type: 'changes',
        changes: [
          change,
          ...(stays ? [] : [takeAuthorityKey(install, `${install.pathConf}/${setUpStore}`, true)]),
        ],
        ...more,
      };
}

function steps(
  removeSettings: readonly string[],
  setAsideData: boolean,
  stays: boolean,
  listens: boolean,
): string[] {
  return [
    ...(removeSettings.length > 0
      ? [
          `Bulwark will take these lines out of elasticsearch.yml, because with them Elasticsearch skips its own security set-up: ${removeSettings.join(', ')}.`,
        ]
      : []),
    ...(setAsideData
      ? [
          'Bulwark will stop the node and move its data directory aside. It holds no index of yours; it is kept, and named in the report.',
        ]
      : ['Bulwark will stop the node.']),
    'Bulwark will run Elasticsearch’s own security set-up: certificates for HTTP and transport, keystore, settings.',
    stays
      ? 'Enrolment, which the set-up switches on, stays on.'
      : 'Bulwark will switch off enrolment, which the set-up switches on.',
    ...(listens
      ? [
          'Where no address is given, Bulwark will set transport.host: 0.0.0.0, so that nodes of other hosts can join; Elasticsearch then insists on its checks of the host (memory maps, file handles) at every start.',
        ]
      : []),
    'Bulwark will start the node, give the user elastic a new password, keep it in your vault, and prove it by logging in over TLS.',
    ...(stays
      ? []
      : [
          `Bulwark will take the authority’s private key, which that set-up leaves on the node, into your vault. ${noMoreTokens}`,
        ]),
  ];
}

/** Every line that makes Elasticsearch skip its set-up, or that its set-up would write a second time. @param single stays the only node */
function inTheWay(settings: readonly YamlSettingFact[], single: boolean): readonly string[] {
  const nodeName = settingValue(settings, 'node.name');
  return settings
    .filter(({ key, values }) => {
      if (key === 'xpack.security.enabled' || /^xpack\.security\.(?:http|transport)\.ssl\./.test(key))
        return true;
      if (key === 'xpack.security.autoconfiguration.enabled') return !isOn(values[0]);
      if (key === 'xpack.security.enrollment.enabled') return isOn(values[0]);
      if (single) return false;
      if (key === 'discovery.seed_hosts') return values.length > 0;
      return (
        key === 'cluster.initial_master_nodes' &&
        values.length > 0 &&
        !(values.length === 1 && values[0] === nodeName)
      );
    })
    .map(({ key }) => key);
}
