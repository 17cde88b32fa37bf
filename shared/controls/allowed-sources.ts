/**
 * The one firewall change that `firewall-active`, `http-port-restricted` and `not-publicly-exposed` share: inbound denied by
 * default, SSH for the operator, the node's ports for chosen sources, and what else was reachable before stays reachable.
 */
import type { Change } from '../domain/change.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts, FirewallFact } from '../domain/facts.ts';
import type { Choice } from '../domain/finding.ts';
import { asRange, isCidr, reachOf } from '../text/address.ts';
import { coverageOf } from '../text/ranges.ts';
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
  const backend = firewall.manager === 'none' ? 'nftables' : firewall.manager;
  const unfit = unfitFirewall(firewall, backend);
  if (unfit !== undefined) return unfit;
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
  const sources = lines(choices['allowedSources']);
  const peers = mayHavePeers(facts, install);
  const transport = peers ? lines(choices['transportSources']) : [];
  const asked: Choice[] = [
    {
      name: 'allowedSources',
      label: 'Who may reach Elasticsearch over HTTP',
      hint: coversTooMuch(sources)
        ? tooMuch
        : 'Addresses or ranges, one per line: your clients, Kibana, and yourself.',
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
    optional: true,
  });
  if (peers)
    asked.push({
      name: 'transportSources',
      label: 'Other nodes of the cluster',
      hint: coversTooMuch(transport)
        ? tooMuch
        : 'Addresses or ranges, one per line. Empty when this is the only node.',
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
      `Bulwark will load rules by ${backend} that deny what comes in, except SSH from ${ssh.join(', ')}, port ${install.httpPort} from the sources you choose${otherPorts.length > 0 ? ', and the other ports you keep' : ''}.`,
      'Bulwark will log in anew to prove that access works, then disarm the guard and make the rules permanent.',
    ],
    disturbs: `Who is not among the chosen sources can no longer reach ports ${install.httpPort} and ${install.transportPort}. SSH stays open to ${ssh.join(', ')} only. Running connections go on.`,
    undo: 'Undo loads the rules of before.',
    fixedTogetherWith,
  };
  const values = new Map(asked.map((choice) => [choice.name, choices[choice.name]]));
  const kept = (values.get('otherPorts') ?? '').split(/[\s,]+/).filter((one) => one !== '');
  const complete = asked.every(({ name, optional }) => optional === true || values.get(name) !== undefined);
  const valid =
    sources.length > 0 &&
    [...sources, ...transport, ...operators].every(isCidr) &&
    !coversTooMuch(sources) &&
    !coversTooMuch(transport) &&
    kept.every((port) => /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535);
  if (!complete || !valid) return { type: 'choices', choices: asked, ...more };
  const change: Change = {
    kind: 'firewall-ruleset',
    backend,
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

const tooMuch =
  'What you gave covers a large part of all addresses and would restrict next to nobody. Name the networks of your clients.';

/** Rules for such sources would be set and then judged as no restriction. */
function coversTooMuch(sources: readonly string[]): boolean {
  return sources.every(isCidr) && coverageOf(sources.map(asRange)) !== 'restricted';
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

/** Why no rules can be set here by the tool that manages the firewall. */
function unfitFirewall(
  firewall: FirewallFact,
  backend: FirewallFact['available'][number],
): Proposal | undefined {
  const several = firewall.managers ?? [];
  if (several.length > 1)
    return manual(
      `${several.join(' and ')} both manage the firewall of this host. Rules of one contradict those of the other sooner or later, so Bulwark leaves them alone.`,
      'Decide for one of them, stop and disable the other, then assess again.',
    );
  if (!firewall.available.includes(backend))
    return backend === 'nftables'
      ? manual(
          'This host has no nft command, so Bulwark cannot load rules.',
          'Install the package nftables, then assess again.',
        )
      : manual(
          `This host has no command of ${backend}, so Bulwark cannot load rules.`,
          `Install ${backend} completely, then assess again.`,
        );
  if (backend === 'iptables' && firewall.loadedAtBoot !== true)
    return manual(
      'Nothing loads iptables rules at boot on this host, so that no rule would outlast a restart.',
      'Install iptables-persistent and save the rules (netfilter-persistent save), then assess again.',
    );
  if (backend !== 'nftables' && firewall.loadedAtBoot !== true)
    return manual(
      `${backend} is active but not started at boot, so that no rule would outlast a restart.`,
      backend === 'ufw'
        ? 'Run ufw enable, then assess again.'
        : 'Run systemctl enable firewalld, then assess again.',
    );
  return undefined;
}
