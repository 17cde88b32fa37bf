import { knownValue } from '../../../domain/fact.ts';
import { proposeFirewall } from '../../allowed-sources.ts';
import { defineControl } from '../../define-control.ts';
import { describeOutside, describeRules, rulesFor, widestReach } from '../../exposure.ts';
import { evidence, failed, judgeNode, listed, passed, undecided } from '../../judging.ts';

export default defineControl({
  words: {
    id: 'not-publicly-exposed',
    area: 'network',
    title: 'No Elasticsearch port listens on a public address without a restriction',
    severity: 'critical',
    description:
      'Looks at the addresses that the node’s ports are bound to (HTTP, transport, and any other that its process listens on) and at the live rules for them. A port bound to every address counts as public: the host may get a public address, or have one that only its provider knows.',
    risk: 'Open Elasticsearch nodes are found by scanners within hours, copied, wiped and held to ransom.',
    references: [
      {
        title: 'Elasticsearch security principles: do not expose Elasticsearch to the internet',
        publisher: 'Elastic',
      },
    ],
    fix: 'guided',
    blast: 'access',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['firewall', 'listeners'], (install, seen) => {
      const outside = knownValue(facts.outside);
      // The node may listen on more: for remote clusters, or in profiles of their own.
      const own = seen.listeners.value.filter((listener) => listener.pid !== undefined);
      const all = new Set([
        install.value.httpPort,
        install.value.transportPort,
        ...own.map((listener) => listener.port),
      ]);
      const ports = [...all].map((port) => ({
        port,
        bound: widestReach(seen.listeners.value, port),
        rules: rulesFor(seen.firewall.value, port),
      }));
      const shown = ports.flatMap(({ port, bound, rules }) => [
        evidence(
          seen.listeners,
          `socket of port ${port}`,
          bound ? bound.addresses.join(', ') : 'nobody listens now',
        ),
        evidence(seen.firewall, `live rules for port ${port}`, describeRules(rules)),
        ...(facts.outside?.status === 'known'
          ? [
              {
                ...evidence(facts.outside, `port ${port} from outside`, describeOutside(outside, port)),
                vantage: 'outside' as const,
              },
            ]
          : []),
      ]);
      const wide = ports.filter(({ bound }) => bound?.reach === 'every' || bound?.reach === 'public');
      const open = wide.filter(({ rules }) => rules.access === 'everyone' || rules.access === 'wide');
      if (open.length > 0)
        return failed(
          `${listed(open.map(({ port, bound }) => `Port ${port} listens on ${bound?.reach === 'every' ? 'every address' : bound?.addresses.join(', ')}`))}, and ${open.some(({ rules }) => rules.access === 'everyone') ? 'no rule restricts who may connect' : `the rules leave it open to a large part of all addresses (${[...new Set(open.flatMap(({ rules }) => rules.sources))].join(', ')})`}.`,
          ...shown,
        );
      if (ports.every(({ bound }) => bound === undefined))
        return undecided(
          'Elasticsearch does not listen, so its addresses are not known. Start it, then assess again.',
          ...shown,
        );
      if (wide.some(({ rules }) => rules.access === 'undecided'))
        return undecided(
          'A port listens on every address, and the rules for it could not be followed to the end. Read them in the evidence, then assess again.',
          ...shown,
        );
      return passed(
        'Every port of Elasticsearch is bound to private addresses or restricted by the firewall.',
        ...shown,
      );
    }),
  propose: (facts, choices) => proposeFirewall(facts, choices, 'not-publicly-exposed'),
});
