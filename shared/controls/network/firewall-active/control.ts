import { proposeFirewall } from '../../allowed-sources.ts';
import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, passed, undecided } from '../../judging.ts';

export default defineControl({
  words: {
    id: 'firewall-active',
    area: 'network',
    title: 'A host firewall is active and denies inbound connections by default',
    severity: 'critical',
    description:
      'Looks at the live rules of the kernel for IPv4 and IPv6, not at configuration files: what happens to a new connection that no rule names.',
    risk: 'Without a firewall every port that any program opens, now or after the next update, is reachable by everybody who reaches the host.',
    references: [
      {
        title: 'Elasticsearch security principles: run Elasticsearch behind a firewall',
        publisher: 'Elastic',
      },
    ],
    fix: 'guided',
    blast: 'access',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['firewall'], (_install, seen) => {
      const { manager, inboundDefault, ruleset, ports, loadedAtBoot, disagreement } = seen.firewall.value;
      const rules = evidence(
        seen.firewall,
        'live firewall rules',
        ruleset === '' ? 'none' : `managed by ${manager}`,
        ruleset,
      );
      if (manager === 'iptables' && ports.every((port) => port.access === 'undecided'))
        return undecided(
          'The rules of iptables could not be read completely. Look at iptables-save and ip6tables-save by hand.',
          rules,
        );
      const verdict = evidence(
        seen.firewall,
        'verdict for a connection that no rule names',
        { drop: 'dropped', accept: 'accepted', none: 'no rule filters what comes in' }[inboundDefault],
      );
      const boot = evidence(
        seen.firewall,
        'the same rules at the next boot',
        loadedAtBoot === 'unknown'
          ? 'not known: this host is booted by an init that Bulwark does not know'
          : (disagreement ?? (loadedAtBoot ? 'loaded' : 'nothing loads them')),
      );
      if (inboundDefault === 'drop' && loadedAtBoot === 'unknown')
        return undecided(
          'The firewall is live; whether its rules are loaded at the next boot is not known. Look at how this host loads them by hand.',
          boot,
          verdict,
          rules,
        );
      if (inboundDefault === 'drop' && !loadedAtBoot)
        return failed(
          'The firewall is live, but nothing loads its rules at the next boot.',
          boot,
          verdict,
          rules,
        );
      if (inboundDefault === 'drop' && disagreement !== undefined)
        return failed('The live rules are not those that the next boot loads.', boot, verdict, rules);
      if (inboundDefault === 'drop')
        return passed('The firewall denies what no rule allows, for IPv4 and IPv6.', verdict, rules);
      return failed(
        inboundDefault === 'none'
          ? 'No firewall filters what comes in.'
          : 'The firewall accepts what no rule names, for IPv4 or IPv6.',
        verdict,
        rules,
      );
    }),
  propose: (facts, choices) => proposeFirewall(facts, choices, 'firewall-active'),
});
