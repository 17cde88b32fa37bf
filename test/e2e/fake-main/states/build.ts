/** Small builders: what every state is put together from. */
import type { AppState, HostState } from '../../../../shared/contract/state.ts';
import { catalog } from '../../../../shared/controls/catalog.ts';
import type { ControlWords } from '../../../../shared/domain/control.ts';
import type { Finding, Remedy, Scan } from '../../../../shared/domain/finding.ts';
import type { Outcome } from '../../../../shared/domain/outcome.ts';
import { withoutKibana } from '../../../support/without-kibana.ts';
import { volumeRemedy } from './volume.ts';

export const words: readonly ControlWords[] = catalog.map((control) => control.words);

export const digest = 'c0ffee1204ab77d1903e5b6c88412fd0aa97e1563bd2c94f0187e6a5b3d2c1f0';

export function at(time: string): string {
  return `2026-03-12T${time}+01:00`;
}

export function emptyState(): AppState {
  return {
    sequence: 1,
    app: {
      version: '0.1.0',
      theme: 'light',
      guardSeconds: 60,
      autoLockMinutes: 15,
      developmentRuntime: false,
    },
    recents: [],
    workspace: null,
    vault: { state: 'none', secrets: [] },
    catalog: [...words],
    hosts: [],
    basket: [],
    waivers: [],
    plan: null,
    steps: [],
    guards: [],
    operations: [],
    questions: [],
    report: null,
    verification: null,
  };
}

export function workspaceState(): AppState {
  return {
    ...emptyState(),
    workspace: {
      id: 'production-search',
      name: 'Production search',
      deployment: 'self-managed',
      operator: 'm.keller',
      createdAt: at('09:02:11'),
    },
    vault: { state: 'unlocked', secrets: [] },
  };
}

export function host(id: string, more: Partial<HostState> = {}): HostState {
  return {
    host: {
      id,
      name: id,
      address: '10.20.0.11',
      port: 22,
      user: 'ops',
      roles: ['elasticsearch'],
      login: { method: 'agent' },
      sudo: 'passwordless',
    },
    key: {
      state: 'trusted',
      key: { type: 'ssh-ed25519', fingerprint: 'SHA256:q9Xr2mZ5vJtQ1uYw8KcP0aLdE7fBnGhS3iOoRx4TzVk' },
    },
    connection: 'connected',
    operatingSystem: 'Debian GNU/Linux 12',
    elasticsearch: '8.19.21',
    lastSeen: at('14:03:20'),
    assess: { state: 'none', doing: '', areas: [] },
    history: [],
    notes: [],
    guardsFound: [],
    interrupted: [],
    ...more,
  };
}

const summaries: Readonly<Record<string, string>> = {
  'security-enabled':
    'Security is switched off in elasticsearch.yml, and the node answers anybody without a login.',
  'http-port-restricted': 'Port 9200 is open to everyone who reaches this host.',
  'not-publicly-exposed': 'Port 9200 answered a stranger from outside with the cluster’s name.',
  'firewall-active': 'No rule denies inbound traffic; nftables is loaded and empty.',
  'transport-tls': 'The transport port speaks plain text.',
  'http-tls': 'The HTTP port speaks plain text.',
  'builtin-passwords': 'Nobody needs a password, because security is off.',
  'no-plaintext-secrets': 'A password stands in clear text in elasticsearch.yml, line 14.',
  'es-service-user': 'Elasticsearch runs as deploy, who can log in and may use sudo.',
  'es-account-locked': 'The account deploy has a password, a login shell and sudo rights.',
  'es-config-permissions': 'Everybody on the host can read elasticsearch.yml and the keystore.',
  'keystore-present': 'The keystore exists and is readable by everybody on the host.',
  'es-data-encrypted': 'The data path lies on /dev/vda1, which is not encrypted.',
};

const yml = `# ======================== Elasticsearch Configuration ========================
cluster.name: search
node.name: es-prod-1
path.data: /srv/elasticsearch/data
path.logs: /srv/elasticsearch/logs
network.host: 0.0.0.0
xpack.security.enabled: false
xpack.notification.email.account.ops.smtp.password: [secret]
`;

const undo = 'Bulwark puts back the content, owner and mode that were there before.';

function remedyOf(id: string): Remedy {
  const security = ['security-enabled', 'transport-tls', 'http-tls', 'builtin-passwords', 'keystore-present'];
  const network = ['firewall-active', 'http-port-restricted', 'not-publicly-exposed'];
  if (security.includes(id)) {
    return {
      type: 'changes',
      steps: [
        'Bulwark will stop Elasticsearch and set the data directory of the empty cluster aside.',
        'Bulwark will let Elasticsearch create its certificates, switch security on and fill its keystore.',
        'Bulwark will generate a password for elastic, put it in the vault, and prove it by a login over TLS.',
      ],
      blast: 'full',
      disturbs:
        'The node is away for about 40 seconds. Clients need the new password and the authority’s certificate.',
      undo: 'Bulwark stops the node, puts configuration, keystore and data back as they were, and starts it.',
      fixedTogetherWith: security.filter((one) => one !== id),
    };
  }
  if (network.includes(id)) {
    return {
      type: 'choices',
      choices: [
        {
          name: 'allowedSources',
          label: 'Who may reach Elasticsearch over HTTP',
          hint: 'Addresses or ranges, one per line: your clients, Kibana, and yourself.',
          type: 'cidr-list',
          suggested: '10.20.0.5/32',
        },
        {
          name: 'otherPorts',
          label: 'Other ports that stay open to everyone',
          hint: 'This host also listens on 80. Ports you take out are closed to the network.',
          type: 'text',
          suggested: '80',
        },
      ],
      steps: [
        'Bulwark will arm a guard on the host that puts the old rules back after 60 seconds.',
        'Bulwark will load rules that deny what comes in, except SSH from 10.20.0.5 and port 9200 from the sources you choose.',
        'Bulwark will log in anew to prove that access works, then disarm the guard and make the rules permanent.',
      ],
      blast: 'access',
      disturbs:
        'Who is not among the chosen sources can no longer reach ports 9200 and 9300. Running connections go on.',
      undo: 'Undo loads the rules of before.',
      fixedTogetherWith: network.filter((one) => one !== id),
    };
  }
  if (id === 'es-data-encrypted') return volumeRemedy();
  return {
    type: 'changes',
    steps: [
      'Bulwark will close elasticsearch.yml, the keystore and the certificates to others.',
      'Bulwark will give them to root and the service’s group.',
    ],
    blast: id === 'no-plaintext-secrets' || id === 'es-service-user' ? 'restart' : 'none',
    disturbs:
      id === 'no-plaintext-secrets' || id === 'es-service-user'
        ? 'The node restarts once, for about 25 seconds.'
        : 'Nobody notices.',
    undo,
    fixedTogetherWith: [],
  };
}

export function finding(hostId: string, id: string, outcome: Outcome, summary?: string): Finding {
  const control = words.find((entry) => entry.id === id);
  if (control === undefined) throw new Error(`no control is called ${id}`);
  const outside = id === 'not-publicly-exposed' || id === 'http-port-restricted' || id === 'security-enabled';
  return {
    id: `${hostId}/${id}`,
    hostId,
    controlId: id,
    area: control.area,
    title: control.title,
    severity: control.severity,
    outcome,
    summary:
      summary ??
      (outcome === 'fail'
        ? (summaries[id] ?? control.description)
        : outcome === 'unknown'
          ? 'The file could not be read without sudo. Allow sudo for this login, then assess again.'
          : outcome === 'error'
            ? 'The probe ended before it was finished. Assess again; if it happens again, copy the details.'
            : outcome === 'not-applicable'
              ? 'There is no Kibana on this host.'
              : 'The condition holds.'),
    evidence: [
      {
        what: 'effective setting',
        value: id === 'http-port-restricted' ? '0.0.0.0:9200, [::]:9200' : 'xpack.security.enabled: false',
        where: '/srv/elasticsearch/config/elasticsearch.yml, line 7',
        at: at('14:03:18'),
        raw: yml,
        vantage: 'inside',
      },
      ...(outside && outcome !== 'unknown'
        ? [
            {
              what: 'port 9200 from outside',
              value: outcome === 'fail' ? 'open, answers anybody in clear text' : 'TLS, asks for a login',
              where: 'from outside',
              at: at('14:03:19'),
              vantage: 'outside' as const,
            },
          ]
        : []),
    ],
    remedy: outcome === 'fail' ? remedyOf(id) : { type: 'none' },
    evaluatedAt: at('14:03:20'),
  };
}

export function scan(hostId: string, outcomes: Readonly<Record<string, Outcome>>, time = '14:03:14'): Scan {
  const secured = outcomes['http-tls'] === 'pass';
  return {
    id: `scan-${hostId}-${time}`,
    hostId,
    startedAt: at(time),
    finishedAt: at('14:03:20'),
    findings: words.map((control) => finding(hostId, control.id, outcomes[control.id] ?? 'pass')),
    exposure: [
      {
        address: '10.20.0.11',
        port: 9200,
        state: secured ? 'tls' : 'clear',
        answersStranger: secured ? 'no' : 'yes',
        detail: secured ? 'TLS 1.3, asks for a login' : 'HTTP, answered with the cluster’s name',
        at: at(time),
      },
      {
        address: '10.20.0.11',
        port: 9300,
        state: secured ? 'filtered' : 'clear',
        answersStranger: secured ? 'unknown' : 'yes',
        detail: '',
        at: at(time),
      },
    ],
    factsDigest: digest,
    subject: {
      hostname: hostId,
      operatingSystem: 'Debian GNU/Linux 12',
      elasticsearch: '8.19.21',
      hostKey: 'SHA256:q9Xr2mZ5vJtQ1uYw8KcP0aLdE7fBnGhS3iOoRx4TzVk',
    },
    cost: { connections: 1, execs: 2, roundTrips: 9, tunnels: 2, bytesIn: 48_211, milliseconds: 3120 },
  };
}

export function every(outcome: Outcome): Readonly<Record<string, Outcome>> {
  return { ...Object.fromEntries(words.map((control) => [control.id, outcome])), ...withoutKibana };
}

export const openOutcomes: Readonly<Record<string, Outcome>> = {
  ...every('fail'),
  'es-data-encrypted': 'unknown',
};

export const hardenedOutcomes: Readonly<Record<string, Outcome>> = {
  ...every('pass'),
  'es-data-encrypted': 'fail',
};
