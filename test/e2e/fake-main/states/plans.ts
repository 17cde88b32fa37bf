/** A plan as the engine would make it, and how far it has come. */
import type { AppState } from '../../../../shared/contract/state.ts';
import type { EsInstall } from '../../../../shared/domain/elasticsearch.ts';
import type { Plan, StepState } from '../../../../shared/domain/plan.ts';
import { at, digest } from './build.ts';

const install: EsInstall = {
  layout: 'archive',
  version: '8.19.21',
  home: '/srv/elasticsearch',
  pathConf: '/srv/elasticsearch/config',
  pathData: ['/srv/elasticsearch/data'],
  pathLogs: '/srv/elasticsearch/logs',
  unit: 'elasticsearch.service',
  user: 'elasticsearch',
  group: 'elasticsearch',
  httpPort: 9200,
  transportPort: 9300,
};

const ymlBefore = `# Elasticsearch Configuration
cluster.name: search
node.name: es-prod-1
path.data: /srv/elasticsearch/data
path.logs: /srv/elasticsearch/logs
network.host: 0.0.0.0
http.port: 9200
xpack.security.enabled: false
xpack.notification.email.account.ops.smtp.password: [secret]
`;

const ymlAfter = `# Elasticsearch Configuration
cluster.name: search
node.name: es-prod-1
path.data: /srv/elasticsearch/data
path.logs: /srv/elasticsearch/logs
network.host: 0.0.0.0
http.port: 9200
xpack.security.enabled: true
xpack.security.http.ssl:
  enabled: true
  keystore.path: certs/http.p12
xpack.security.transport.ssl:
  enabled: true
  verification_mode: certificate
`;

export function plan(hostId = 'es-prod-1'): Plan {
  return {
    id: 'plan-1',
    createdAt: at('14:06:02'),
    digest,
    basis: [{ hostId, scanId: 'scan-1', factsDigest: digest }],
    leftOut: [
      {
        findingId: `${hostId}/es-data-encrypted`,
        reason: 'No empty device was found on the host, so this stays a manual step.',
      },
    ],
    steps: [
      {
        id: '01-file-mode',
        hostId,
        change: { kind: 'file-mode', entries: [{ path: '/srv/elasticsearch/config', mode: '2750' }] },
        controls: ['es-config-permissions'],
        title: 'Bulwark will close the configuration and the keystore to others.',
        words: [
          'Set owner root, group elasticsearch and mode 2750 on the configuration directory.',
          'Set mode 660 on elasticsearch.yml, elasticsearch.keystore and jvm.options.',
        ],
        diffs: [
          {
            subject: 'owner and mode',
            before:
              'deploy deploy 0755 /srv/elasticsearch/config\ndeploy deploy 0644 /srv/elasticsearch/config/elasticsearch.yml\ndeploy deploy 0644 /srv/elasticsearch/config/elasticsearch.keystore\n',
            after:
              'root elasticsearch 2750 /srv/elasticsearch/config\nroot elasticsearch 0660 /srv/elasticsearch/config/elasticsearch.yml\nroot elasticsearch 0660 /srv/elasticsearch/config/elasticsearch.keystore\n',
          },
        ],
        blast: 'none',
        outageSeconds: 0,
        guarded: false,
        nothingToDo: false,
      },
      {
        id: '02-es-auto-configuration',
        hostId,
        change: {
          kind: 'es-auto-configuration',
          install,
          elasticPasswordRef: `es/${hostId}/elastic`,
          httpCaRef: `es/${hostId}/http-ca`,
          removeSettings: ['xpack.security.enabled'],
          setAsideData: true,
        },
        controls: ['security-enabled', 'transport-tls', 'http-tls', 'builtin-passwords', 'keystore-present'],
        title: 'Bulwark will set up security: certificates, TLS on both layers, and a password for elastic.',
        words: [
          'Rehearse the new configuration beside the running node.',
          'Stop Elasticsearch and move /srv/elasticsearch/data aside; it holds no index.',
          'Let Elasticsearch configure security and generate a password for elastic into the vault.',
          'Start it, and log in over TLS with the new authority pinned.',
        ],
        diffs: [
          { subject: '/srv/elasticsearch/config/elasticsearch.yml', before: ymlBefore, after: ymlAfter },
        ],
        blast: 'full',
        outageSeconds: 40,
        guarded: false,
        nothingToDo: false,
      },
      {
        id: '03-firewall-ruleset',
        hostId,
        change: {
          kind: 'firewall-ruleset',
          backend: 'nftables',
          allow: [{ port: 9200, from: ['10.20.0.0/16'], label: 'clients' }],
          sshPort: 22,
          operatorSources: ['10.20.0.5/32'],
          guardSeconds: 60,
        },
        controls: ['firewall-active', 'http-port-restricted', 'not-publicly-exposed'],
        title: 'Bulwark will deny inbound traffic except SSH from you and port 9200 from 10.20.0.0/16.',
        words: ['Arm the guard for 60 seconds.', 'Load the rules.', 'Log in anew, then disarm the guard.'],
        diffs: [
          {
            subject: 'nftables rules',
            before: '',
            after:
              'table inet bulwark {\n  chain input {\n    type filter hook input priority filter; policy drop;\n    ct state established,related accept\n    iif lo accept\n    tcp dport 22 ip saddr 10.20.0.5/32 accept\n    tcp dport 9200 ip saddr 10.20.0.0/16 accept\n  }\n}\n',
          },
        ],
        blast: 'access',
        outageSeconds: 0,
        guarded: true,
        nothingToDo: false,
      },
      {
        id: '04-account',
        hostId,
        change: {
          kind: 'account',
          user: 'elasticsearch',
          action: {
            do: 'lock',
            shell: '/usr/sbin/nologin',
            leaveGroups: [],
            authorizedKeys: [],
            sudoersFiles: [],
          },
        },
        controls: ['es-account-locked'],
        title: 'The service account is already locked; there is nothing to do.',
        words: [],
        diffs: [],
        blast: 'none',
        outageSeconds: 0,
        guarded: false,
        nothingToDo: true,
      },
    ],
  };
}

export function progress(states: readonly StepState[]): AppState['steps'] {
  return plan().steps.map((step, index) => ({
    planId: 'plan-1',
    stepId: step.id,
    state: states[index] ?? 'waiting',
    note:
      states[index] === 'done'
        ? ([
            '3 entries set; read back and equal',
            'elastic authenticated over TLS 1.3, cluster green',
            'new login over SSH in 0.4 s; guard disarmed',
          ][index] ?? '')
        : '',
    ...(states[index] === 'done' ? { startedAt: at('14:07:01'), finishedAt: at('14:07:39') } : {}),
  }));
}
