import { knownValue } from '../../../domain/fact.ts';
import { proposeFirewall } from '../../allowed-sources.ts';
import { defineControl } from '../../define-control.ts';
import { describeOutside, describeRules, reachedFromOutside, rulesFor, widestReach } from '../../exposure.ts';
import { evidence, failed, judgeNode, passed, undecided } from '../../judging.ts';

export default defineControl({
  words: {
    id: 'http-port-restricted',
    area: 'network',
    title: 'The HTTP port accepts only chosen sources',
    severity: 'critical',
    description:
      'Looks at the address that the HTTP port is bound to, at the live rules for that port, and at what the operator’s machine sees of it.',
    risk: 'Whoever reaches the port can try passwords, use flaws of the node, or read everything when security is off.',
    references: [
      { title: 'Elasticsearch security principles', publisher: 'Elastic' },
      { title: 'Security overview: IP traffic filtering', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'access',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['firewall', 'listeners'], (install, seen) => {
      const port = install.value.httpPort;
      const rules = rulesFor(seen.firewall.value, port);
      const bound = widestReach(seen.listeners.value, port);
      const outside = knownValue(facts.outside);
      const reached = reachedFromOutside(outside, port);
      const shown = [
        evidence(
          seen.listeners,
          `socket of port ${port}`,
          bound ? bound.addresses.join(', ') : 'nobody listens now',
        ),
        evidence(
          seen.firewall,
          `live rules for port ${port}`,
          describeRules(rules),
          seen.firewall.value.ruleset,
        ),
        ...(facts.outside?.status === 'known'
          ? [
              {
                ...evidence(facts.outside, `port ${port} from outside`, describeOutside(outside, port)),
                vantage: 'outside' as const,
              },
            ]
          : []),
      ];
      if (reached && (rules.access === 'nobody' || bound?.reach === 'loopback'))
        return failed(
          `Inside and outside disagree: by the host’s own account port ${port} is closed, and yet it answered from outside.`,
          ...shown,
        );
      if (bound?.reach === 'loopback')
        return passed(`Port ${port} is bound to loopback and cannot be reached from outside.`, ...shown);
      if (rules.access === 'sources')
        return passed(`Port ${port} is ${describeRules(rules)} and to nobody else.`, ...shown);
      if (rules.access === 'nobody') return passed(`Port ${port} is closed to the network.`, ...shown);
      if (rules.access === 'wide')
        return failed(
          `Port ${port} is ${describeRules(rules)}: that covers a large part of all addresses and restricts next to nobody.`,
          ...shown,
        );
      if (rules.access === 'everyone')
        return failed(`Port ${port} is open to everyone who reaches this host.`, ...shown);
      return undecided(
        `The rules for port ${port} could not be followed to the end. Read them in the evidence, or simplify them, then assess again.`,
        ...shown,
      );
    }),
  propose: (facts, choices) => proposeFirewall(facts, choices, 'http-port-restricted'),
});
