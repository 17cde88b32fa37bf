/**
 * The one firewall change that `firewall-active`, `http-port-restricted` and `not-publicly-exposed` share: inbound denied by
 * default, SSH for the operator, the node's ports for chosen sources, and what else was reachable before stays reachable.
 */
import type { Change } from '../domain/change.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { Choice } from '../domain/finding.ts';
import { asRange, isCidr, reachOf } from '../text/address.ts';
import { settingValue } from '../text/yaml-settings.ts';
import type { Choices, Proposal } from './define-control.ts';
import { widestReach } from './exposure.ts';
import { factsMissing, installOf, manual } from './proposing.ts';

const together = ['firewall-active', 'http-port-restricted', 'not-publicly-exposed'] as const;
/** Long enough for a new login on a slow line, short enough to wait for. */
const usualGuardSeconds = 60;

export function proposeFirewall(
  facts: Facts,
  choices: Choices,
  control: (typeof together)[number],
): Proposal {
  const install = installOf(facts);
  const firewall = knownValue(facts.firewall);
  const system = knownValue(facts['host-system']);
  const listeners = knownValue(facts.listeners);
  if (!install || !firewall || !system || !listeners) return factsMissing;
  if (firewall.manager !== 'nftables' && firewall.manager !== 'none')
    return otherManager(firewall.manager, install);
  if (!firewall.available.includes('nftables'))
    return manual(
      'This host has no nft command, so Bulwark cannot load rules.',
      'Install the package nftables, then assess again.',
    );
  const operator = system.operatorAddress;
  if (operator === undefined)
    return manual(
      'The host does not tell from which address you come, so Bulwark could lock you out.',
      'Log in by SSH directly instead of through a proxy that hides your address, then assess again.',
    );
  const own = asRange(operator);
  const guardSeconds = secondsOf(choices['guardSeconds']);
  const otherPorts = [
    ...new Set(listeners.filter((one) => reachOf(one.address) !== 'loopback').map((one) => one.port)),
  ]
    .filter((port) => port !== system.sshPort && port !== install.httpPort && port !== install.transportPort)
    .sort((a, b) => a - b);
  const asked: Choice[] = [
    {
      name: 'allowedSources',
      label: 'Who may reach Elasticsearch over HTTP',
      hint: 'Addresses or ranges, one per line: your clients, Kibana, and yourself.',
      type: 'cidr-list',
      suggested: own,
    },
  ];
  asked.push({
    name: 'sshSources',
    label: 'Who may log in by SSH',
    hint: `Addresses or ranges, one per line: every administrator, jump host and automation. You (${operator}) always may; give your network when your address changes from time to time.`,
    type: 'cidr-list',
    suggested: own,
  });
  if (mayHavePeers(facts, install))
    asked.push({
      name: 'transportSources',
      label: 'Other nodes of the cluster',
      hint: 'Addresses or ranges, one per line. Empty when this is the only node.',
      type: 'cidr-list',
      suggested: '',
    });
  if (otherPorts.length > 0)
    asked.push({
      name: 'otherPorts',
      label: 'Other ports that stay open to everyone',
      hint: `This host also listens on ${otherPorts.join(', ')}. Ports you take out are closed to the network.`,
      type: 'text',
      suggested: otherPorts.join(' '),
    });
  const fixedTogetherWith = together.filter((id) => id !== control);
  const operators = lines(choices['sshSources']).filter((one) => asRange(one) !== own);
  const ssh = [own, ...(operators.every(isCidr) ? operators.map(asRange) : [])];
  const more = {
    steps: [
      `Bulwark will arm a guard on the host that puts the old rules back after ${guardSeconds} seconds.`,
      `Bulwark will load rules that deny what comes in, except SSH from ${ssh.join(', ')}, port ${install.httpPort} from the sources you choose${otherPorts.length > 0 ? ', and the other ports you keep' : ''}.`,
      'Bulwark will log in anew to prove that access works, then disarm the guard and make the rules permanent.',
    ],
    disturbs: `Who is not among the chosen sources can no longer reach ports ${install.httpPort} and ${install.transportPort}. SSH stays open to ${ssh.join(', ')} only. Running connections go on.`,
    undo: 'Undo loads the rules of before.',
    fixedTogetherWith,
  };
  const values = new Map(asked.map((choice) => [choice.name, choices[choice.name]]));
  const sources = lines(values.get('allowedSources'));
  const transport = lines(values.get('transportSources'));
  const kept = (values.get('otherPorts') ?? '').split(/[\s,]+/).filter((one) => one !== '');
  const complete = asked.every(({ name }) => name === 'sshSources' || values.get(name) !== undefined);
  const valid =
    sources.length > 0 &&
    [...sources, ...transport, ...operators].every(isCidr) &&
    kept.every((port) => /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535);
  if (!complete || !valid) return { type: 'choices', choices: asked, ...more };
  const change: Change = {
    kind: 'firewall-ruleset',
    backend: 'nftables',
    allow: [
      { port: install.httpPort, from: sources.map(asRange), label: 'Elasticsearch HTTP' },
      ...(transport.length > 0
        ? [{ port: install.transportPort, from: transport.map(asRange), label: 'Elasticsearch transport' }]
        : []),
      ...kept.map((port) => ({
        port: Number(port),
        from: ['0.0.0.0/0', '::/0'],
        label: 'already open before',
      })),
    ],
    sshPort: system.sshPort,
    operatorSources: ssh,
    guardSeconds,
  };
  return { type: 'changes', changes: [change], ...more };
}

/** Other nodes may need the transport port, unless it is bound to loopback or the node says that it is alone. */
function mayHavePeers(facts: Facts, install: EsInstall): boolean {
  const listeners = knownValue(facts.listeners) ?? [];
  if (widestReach(listeners, install.transportPort)?.reach === 'loopback') return false;
  const nodes = knownValue(facts['node-answers'])?.nodeCount;
  const settings = knownValue(facts['es-settings'])?.settings ?? [];
  const alone = nodes === 1 && settingValue(settings, 'discovery.seed_hosts') === undefined;
  return !alone && settingValue(settings, 'discovery.type') !== 'single-node';
}

/** The operator may set the guard's time in the settings of the app; 15 to 900. */
function secondsOf(text: string | undefined): number {
  const seconds = Number(text);
  return Number.isInteger(seconds) && seconds >= 15 && seconds <= 900 ? seconds : usualGuardSeconds;
}

function lines(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((line) => line !== '');
}

function otherManager(manager: 'ufw' | 'firewalld' | 'iptables', { httpPort }: EsInstall): Proposal {
  const reason = `This host's rules are made by ${manager}. Rules of a second tool beside it would contradict it sooner or later, so Bulwark leaves them alone.`;
  switch (manager) {
    case 'ufw':
      return manual(
        reason,
        'Allow your own access first: ufw allow from YOUR-ADDRESS to any port 22 proto tcp',
        `ufw allow from CLIENT-RANGE to any port ${httpPort} proto tcp, and delete wider rules (ufw status numbered).`,
        'ufw default deny incoming; ufw enable',
      );
    case 'firewalld':
      return manual(
        reason,
        'Keep the service ssh in the zone of the interface.',
        `firewall-cmd --permanent --add-rich-rule='rule family=ipv4 source address=CLIENT-RANGE port port=${httpPort} protocol=tcp accept', and remove wider rules.`,
        'firewall-cmd --reload',
      );
    case 'iptables':
      return manual(
        reason,
        'Accept established connections, loopback and SSH from your address first.',
        `Accept tcp port ${httpPort} from the chosen sources and set the policy of INPUT to DROP, for iptables and ip6tables.`,
        'Save the rules so that they are loaded at boot (netfilter-persistent save).',
      );
  }
}
