/** A report as a real job would make it, for tests of everything that is done with reports. */
import { createHash } from 'node:crypto';
import type { Evidence } from '../../shared/domain/evidence.ts';
import type { Exposure, Finding, Scan } from '../../shared/domain/finding.ts';
import type { JournalDraft, JournalEntry } from '../../shared/domain/journal.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import type { Severity } from '../../shared/domain/severity.ts';
import { chainEntry, emptyHead } from '../../shared/engine/journal/chain.ts';
import type { ReportHostInput, ReportInput } from '../../shared/engine/report/model.ts';

export const digest = {
  sha256: (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex'),
};

interface Row {
  readonly id: string;
  readonly area: Finding['area'];
  readonly severity: Severity;
  readonly title: string;
  readonly before: Outcome;
  readonly after: Outcome;
  readonly what: string;
  readonly where: string;
  readonly was: string;
  readonly is: string;
}

const rows: readonly Row[] = [
  {
    id: 'es-service-user',
    area: 'os',
    severity: 'critical',
    title: 'Elasticsearch runs as a dedicated system account',
    before: 'fail',
    after: 'pass',
    what: 'effective user of the process',
    where: 'process 1421',
    was: 'maria (uid 1000), a person',
    is: 'elasticsearch (uid 996), a system account',
  },
  {
    id: 'es-account-locked',
    area: 'os',
    severity: 'high',
    title: 'The service account cannot be used to log in',
    before: 'fail',
    after: 'pass',
    what: 'account',
    where: '/etc/passwd, /etc/shadow, sudoers',
    was: 'password set, shell /bin/bash, in group sudo',
    is: 'locked, shell /usr/sbin/nologin',
  },
  {
    id: 'es-config-permissions',
    area: 'os',
    severity: 'high',
    title: 'Configuration and keystore are closed to others',
    before: 'fail',
    after: 'pass',
    what: 'mode of the configuration',
    where: '/srv/es/config/elasticsearch.yml',
    was: '0644 maria:maria',
    is: '0660 root:elasticsearch',
  },
  {
    id: 'es-data-encrypted',
    area: 'os',
    severity: 'high',
    title: 'Every data path lies on encrypted storage',
    before: 'fail',
    after: 'fail',
    what: 'storage below the data path',
    where: '/srv/es/data on /dev/vda1',
    was: 'ext4 on a plain partition',
    is: 'ext4 on a plain partition',
  },
  {
    id: 'firewall-active',
    area: 'network',
    severity: 'critical',
    title: 'A host firewall is active and denies inbound by default',
    before: 'fail',
    after: 'pass',
    what: 'input hook',
    where: 'nft list ruleset',
    was: 'no table has an input hook',
    is: 'policy drop in inet bulwark',
  },
  {
    id: 'http-port-restricted',
    area: 'network',
    severity: 'critical',
    title: 'The HTTP port accepts only chosen sources',
    before: 'fail',
    after: 'pass',
    what: 'who may reach port 9200',
    where: 'nft list ruleset',
    was: 'everyone',
    is: '10.10.0.0/24',
  },
  {
    id: 'not-publicly-exposed',
    area: 'network',
    severity: 'critical',
    title: 'No Elasticsearch port listens on a public address unrestricted',
    before: 'pass',
    after: 'pass',
    what: 'listening addresses',
    where: 'ss -ltn',
    was: '10.10.0.7',
    is: '10.10.0.7',
  },
  {
    id: 'security-enabled',
    area: 'auth',
    severity: 'critical',
    title: 'Security is on, explicitly, on every node',
    before: 'fail',
    after: 'pass',
    what: 'GET / without credentials',
    where: 'https://127.0.0.1:9200',
    was: '200, cluster name and version',
    is: '401',
  },
  {
    id: 'builtin-passwords',
    area: 'auth',
    severity: 'critical',
    title: 'Built-in users have generated passwords',
    before: 'fail',
    after: 'pass',
    what: 'reserved users with a known or empty password',
    where: 'GET _security/_authenticate',
    was: 'no passwords at all',
    is: 'none',
  },
  {
    id: 'transport-tls',
    area: 'tls',
    severity: 'critical',
    title: 'Transport TLS is on',
    before: 'fail',
    after: 'pass',
    what: 'handshake on port 9300',
    where: 'from the host itself',
    was: 'plain text',
    is: 'TLSv1.3',
  },
  {
    id: 'http-tls',
    area: 'tls',
    severity: 'critical',
    title: 'HTTP TLS is on and plain HTTP is refused',
    before: 'fail',
    after: 'pass',
    what: 'handshake on port 9200',
    where: 'from the host itself',
    was: 'plain text',
    is: 'TLSv1.3, TLS_AES_256_GCM_SHA384',
  },
  {
    id: 'keystore-present',
    area: 'keystore',
    severity: 'medium',
    title: 'A keystore exists in the current format',
    before: 'pass',
    after: 'pass',
    what: 'format',
    where: '/srv/es/config/elasticsearch.keystore',
    was: 'version 4',
    is: 'version 4',
  },
  {
    id: 'no-plaintext-secrets',
    area: 'keystore',
    severity: 'critical',
    title: 'No secret stands in clear text in a file',
    before: 'fail',
    after: 'unknown',
    what: 'secret-like settings',
    where: '/srv/es/config/elasticsearch.yml, line 14',
    was: 'xpack.notification.email.account.ops.smtp.password: [secret]',
    is: '/etc/default/elasticsearch could not be read',
  },
];

const ruleset = `table inet bulwark {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif "lo" accept
    tcp dport 22 ip saddr 10.10.0.0/24 accept comment "ssh, operator"
    tcp dport 9200 ip saddr 10.10.0.0/24 accept comment "http"
    tcp dport 9300 ip saddr { 10.10.0.7, 10.10.0.8 } accept comment "transport"
    icmp type { echo-request, destination-unreachable, time-exceeded } accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept
    counter drop
  }
}`;

function findings(hostId: string, when: 'before' | 'after', at: string, taint: string): readonly Finding[] {
  return rows.map((row) => {
    const outcome = row[when];
    const evidence: Evidence = {
      what: row.what,
      value: (when === 'before' ? row.was : row.is) + taint,
      where: row.where,
      at,
      vantage: 'inside',
      ...(row.area === 'network' && when === 'after' ? { raw: ruleset + taint } : {}),
    };
    return {
      id: `${hostId}/${row.id}`,
      hostId,
      controlId: row.id,
      area: row.area,
      title: row.title,
      severity: row.severity,
      outcome,
      summary: summaryOf(row, outcome, when) + taint,
      evidence: [evidence],
      remedy:
        row.id === 'es-data-encrypted'
          ? {
              type: 'manual',
              reason:
                'Moving data to an encrypted volume needs an empty device, which this host does not have.',
              steps: [],
            }
          : { type: 'none' },
      evaluatedAt: at,
    };
  });
}

function summaryOf(row: Row, outcome: Outcome, when: 'before' | 'after'): string {
  if (outcome === 'unknown') return `${row.is}; let Bulwark read it through sudo.`;
  return `${row.what.charAt(0).toUpperCase()}${row.what.slice(1)}: ${when === 'before' ? row.was : row.is}.`;
}

function exposure(when: 'before' | 'after', address: string, at: string): readonly Exposure[] {
  return [9200, 9300].map((port) => ({
    address,
    port,
    state: when === 'before' ? 'clear' : port === 9200 ? 'tls' : 'filtered',
    answersStranger: when === 'before' && port === 9200 ? 'yes' : 'no',
    detail: '',
    at,
  }));
}

function scan(hostId: string, when: 'before' | 'after', address: string, taint: string): Scan {
  const at = when === 'before' ? '2026-11-20T09:12:31Z' : '2026-11-20T09:31:02Z';
  return {
    id: `${hostId}-${when}`,
    hostId,
    startedAt: at,
    finishedAt: at,
    findings: [...findings(hostId, when, at, taint)],
    exposure: [...exposure(when, address, at)],
    factsDigest: digest.sha256(hostId + when),
    subject: {
      hostname: hostId,
      operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
      elasticsearch: 'Elasticsearch 8.19.21',
      hostKey: 'SHA256:2mFq0bA6S4p0pM8oM3Jx3c0fS7mJmZyKxw3v1Q9hT0E',
    },
    cost: { connections: 1, execs: 2, roundTrips: 8, tunnels: 3, bytesIn: 40_000, milliseconds: 900 },
  };
}

const ymlBefore =
  'cluster.name: search\nnode.name: search-1\npath.data: /srv/es/data\nnetwork.host: 10.10.0.7\nhttp.port: 9200\ndiscovery.type: single-node\nxpack.security.enabled: false\n';
const ymlAfter =
  'cluster.name: search\nnode.name: search-1\npath.data: /srv/es/data\nnetwork.host: 10.10.0.7\nhttp.port: 9200\ndiscovery.type: single-node\nxpack.security.enabled: true\nxpack.security.http.ssl.enabled: true\nxpack.security.http.ssl.keystore.path: certs/http.p12\nxpack.security.transport.ssl.enabled: true\nxpack.security.transport.ssl.verification_mode: certificate\n';

function drafts(hostId: string, taint: string): readonly JournalDraft[] {
  const step = (
    stepId: string,
    title: string,
    controls: string[],
    subject: string,
    before: string,
    after: string,
    mark: Record<string, string>,
  ): readonly JournalDraft[] => [
    {
      type: 'intent',
      hostId,
      planId: 'p1',
      planDigest: digest.sha256('p1'),
      stepId,
      controls,
      title: title + taint,
      beforeImage: digest.sha256(stepId),
      diffs: [{ subject, before, after: after + taint }],
      change: { kind: 'file-content', path: '/etc/x', content: '', expects: 'absent' },
    },
    { type: 'outcome', hostId, planId: 'p1', stepId, result: 'done', mark, note: '', byHand: true },
  ];
  return [
    {
      type: 'opened',
      hostId,
      address: '10.10.0.7',
      hostKey: 'SHA256:2mFq0bA6S4p0pM8oM3Jx3c0fS7mJmZyKxw3v1Q9hT0E',
      tool: '0.1.0',
    },
    ...step(
      '01-account',
      'create the system account elasticsearch and give it the data',
      ['es-service-user'],
      'account elasticsearch',
      '',
      'system account, no login, home /nonexistent\n',
      { uid: '996' },
    ),
    ...step(
      '02-file-mode',
      'close the configuration to others',
      ['es-config-permissions'],
      '/srv/es/config',
      'elasticsearch.yml 0644 maria:maria\nelasticsearch.keystore 0644 maria:maria\n',
      'elasticsearch.yml 0660 root:elasticsearch\nelasticsearch.keystore 0660 root:elasticsearch\n',
      { '/srv/es/config': digest.sha256('modes') },
    ),
    ...step(
      '03-es-auto-configuration',
      'let Elasticsearch secure itself and set a new password for elastic',
      ['security-enabled', 'transport-tls', 'http-tls', 'builtin-passwords', 'keystore-present'],
      '/srv/es/config/elasticsearch.yml',
      ymlBefore,
      ymlAfter,
      { 'elasticsearch.yml': digest.sha256(ymlAfter), kept: '/srv/es/data.set-aside-p1-03' },
    ),
    ...step(
      '04-firewall-ruleset',
      'load a firewall that lets in chosen sources only',
      ['firewall-active', 'http-port-restricted'],
      'nftables',
      '',
      `${ruleset}\n`,
      { ruleset: digest.sha256(ruleset) },
    ),
    ...step(
      '05-systemd-dropin',
      'run the unit as elasticsearch',
      ['es-service-user'],
      '/etc/systemd/system/elasticsearch.service.d/50-bulwark.conf',
      '',
      '[Service]\nUser=elasticsearch\n',
      { '50-bulwark.conf': digest.sha256('dropin') },
    ),
    {
      type: 'undo-intent',
      hostId,
      planId: 'p1',
      stepId: '05-systemd-dropin',
      reason: 'asked by the operator',
    },
    { type: 'undo-outcome', hostId, planId: 'p1', stepId: '05-systemd-dropin', result: 'undone', note: '' },
  ];
}

/** The journal's lines and entries as the journal itself writes them. */
export function sampleJournal(
  hostId: string,
  taint = '',
): { readonly entries: readonly JournalEntry[]; readonly lines: readonly string[]; readonly head: string } {
  let head = emptyHead;
  const entries: JournalEntry[] = [];
  const lines: string[] = [];
  for (const [index, draft] of drafts(hostId, taint).entries()) {
    const at = new Date(Date.parse('2026-11-20T09:20:00Z') + index * 11_000).toISOString();
    const chained = chainEntry(head, draft, { at, operator: 'Ada Lovelace' }, digest);
    head = chained.head;
    entries.push(chained.entry);
    lines.push(chained.line);
  }
  return { entries, lines, head: head.digest };
}

/** `taint` is put wherever a host's own words can get to. */
export function sampleInput(choices: { readonly hosts?: number; readonly taint?: string } = {}): ReportInput {
  const taint = choices.taint ?? '';
  const hosts = Array.from({ length: choices.hosts ?? 1 }, (_, index): ReportHostInput => {
    const id = `search-${index + 1}`;
    const address = `10.10.${Math.floor(index / 250)}.${(index % 250) + 7}`;
    const journal = sampleJournal(id, taint);
    return {
      host: { id, name: id, address, port: 22 },
      baseline: scan(id, 'before', address, taint),
      latest: scan(id, 'after', address, taint),
      entries: journal.entries,
      journalHead: journal.head,
    };
  });
  return {
    workspace: { name: 'Production search', deployment: 'self-managed' },
    createdAt: '2026-11-20T09:40:12Z',
    operator: 'Ada Lovelace',
    tool: { version: '0.1.0', catalogVersion: '1', controls: rows.length },
    signer: { commonName: 'Ada Lovelace', certificateFingerprint256: '0'.repeat(64) },
    hosts,
    secrets: [
      {
        ref: 'es/search-1/elastic',
        about: `Password of elastic on search-1${taint}`,
        createdAt: '2026-11-20T09:21:40Z',
      },
      { ref: 'report-signing/signer', about: 'Key that signs reports', createdAt: '2026-11-20T09:00:00Z' },
    ],
    certificates: [
      {
        host: 'search-1',
        subject: 'CN=search-1',
        issuer: 'CN=Elasticsearch security auto-configuration HTTP CA',
        fingerprint256: digest.sha256('certificate'),
        notAfter: '2028-11-20T09:21:40Z',
        seenOn: '10.10.0.7:9200',
      },
    ],
    blastOf: () => 'restart',
    notLookedAt: [
      { subject: 'Kibana', reason: 'This version has no controls for Kibana.' },
      { subject: 'Audit log', reason: 'This version has no controls for auditing.' },
    ],
  };
}
