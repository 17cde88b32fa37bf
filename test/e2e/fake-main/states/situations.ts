/** Whole states that several scenes are about. */
import type { AppState, HostState } from '../../../../shared/contract/state.ts';
import type { BlockDeviceFact } from '../../../../shared/domain/block-device.ts';
import { appError } from '../../../../shared/domain/error.ts';
import { at, digest, hardenedOutcomes, host, openOutcomes, scan, workspaceState } from './build.ts';
import { plan, progress } from './plans.ts';
import { spareDisks, takenDisks, volumeRemedy } from './volume.ts';

export const assessed: HostState = host('es-prod-1', {
  assess: { state: 'done', doing: '', areas: [] },
  baseline: scan('es-prod-1', openOutcomes),
  latest: scan('es-prod-1', openOutcomes),
});

export const reviewed: AppState = { ...workspaceState(), hosts: [assessed] };

/** As `reviewed`, with data on a plain disk of a host that has these devices. */
function onPlainDisk(devices: readonly BlockDeviceFact[]): AppState {
  const { latest } = assessed;
  if (latest === undefined) return reviewed;
  const findings = latest.findings.map((finding) =>
    finding.controlId === 'es-data-encrypted'
      ? {
          ...finding,
          outcome: 'fail' as const,
          summary: 'Without encryption lies the storage of /opt/elasticsearch/data.',
          remedy: volumeRemedy(devices),
        }
      : finding,
  );
  return { ...reviewed, hosts: [{ ...assessed, latest: { ...latest, findings } }] };
}

export const withSpareDisks = onPlainDisk([...spareDisks, ...takenDisks]);
export const withoutSpareDisk = onPlainDisk(takenDisks);

export const planned: AppState = {
  ...reviewed,
  basket: ['es-config-permissions', 'security-enabled', 'firewall-active'].map((controlId) => ({
    findingId: `es-prod-1/${controlId}`,
    hostId: 'es-prod-1',
    controlId,
    choices: {},
  })),
};

export const ready: AppState = { ...planned, plan: plan() };

const history: HostState['history'] = plan()
  .steps.slice(0, 3)
  .map((step, index) => ({
    planId: 'plan-1',
    planDigest: plan().digest,
    stepId: step.id,
    sequence: index + 2,
    at: at(`14:0${7 + index}:12`),
    operator: 'm.keller',
    title: step.title
      .replace('will close', 'closed')
      .replace('will set up', 'set up')
      .replace('will deny', 'denied'),
    kind: step.change.kind,
    controls: step.controls,
    blast: step.blast,
    diffs: step.diffs,
    result: 'done',
    note: '',
    canUndo: true,
  }));

export const hardened: HostState = {
  ...assessed,
  latest: scan('es-prod-1', hardenedOutcomes, '14:12:40'),
  history,
};

export const verified: AppState = {
  ...workspaceState(),
  hosts: [hardened],
  vault: {
    state: 'unlocked',
    secrets: [
      { ref: 'es/es-prod-1/elastic', about: 'Password of elastic on es-prod-1', createdAt: at('14:08:01') },
      {
        ref: 'es/es-prod-1/http-ca',
        about: 'HTTP certificate authority of es-prod-1',
        createdAt: at('14:08:03'),
      },
      { ref: 'report/signing-key', about: 'Key that signs reports', createdAt: at('09:02:14') },
    ],
  },
};

export const applying: AppState = {
  ...ready,
  steps: progress(['done', 'done', 'verifying', 'waiting']),
  operations: [
    {
      id: 'op-apply',
      kind: 'apply',
      state: 'running',
      title: 'Applying 3 changes',
      hostId: 'es-prod-1',
      startedAt: new Date(Date.now() - 64_000).toISOString(),
      doing: 'opening a new connection to prove access',
      progress: { done: 2, all: 4 },
      cancellable: true,
    },
  ],
  guards: [
    {
      hostId: 'es-prod-1',
      state: 'proving',
      firesAt: new Date(Date.now() + 41_000).toISOString(),
      seconds: 60,
    },
  ],
};

export const held: AppState = {
  ...applying,
  steps: progress(['done', 'done', 'waiting', 'waiting']),
  guards: [],
  operations: applying.operations.map((operation) => ({
    ...operation,
    pausable: true,
    pause: 'paused' as const,
  })),
};

export const failed: AppState = {
  ...ready,
  hosts: [{ ...assessed, history: history.slice(0, 1) }],
  steps: progress(['done', 'failed', 'skipped', 'skipped']).map((step) =>
    step.state === 'failed'
      ? {
          ...step,
          error: appError(
            'ES_CONFIGURATION_REJECTED',
            'Elasticsearch rejected the new configuration in the rehearsal: unknown setting [xpack.securty.enabled] in line 12.',
            'Correct line 12 of elasticsearch.yml on the host, assess again, and make the plan anew.',
            {
              hostState: 'unchanged',
              detail: 'java.lang.IllegalArgumentException: unknown setting [xpack.securty.enabled]',
            },
          ),
        }
      : step,
  ),
};

export const running: AppState = {
  ...workspaceState(),
  hosts: [
    assessed,
    host('es-prod-2', {
      assess: {
        state: 'running',
        doing: 'reading the live rules of the firewall',
        areas: [
          { area: 'os', state: 'done' },
          { area: 'network', state: 'running' },
          { area: 'auth', state: 'waiting' },
          { area: 'tls', state: 'waiting' },
          { area: 'keystore', state: 'waiting' },
        ],
      },
    }),
    host('es-prod-3', {
      connection: 'failed',
      error: appError('SSH_CONNECTION_LOST', 'The connection to es-prod-3 was lost.', 'Connect again.', {
        hostState: 'unchanged',
        retryable: true,
      }),
      assess: { state: 'failed', doing: '', areas: [] },
    }),
  ],
  operations: [
    {
      id: 'op-assess',
      kind: 'assess',
      state: 'running',
      title: 'Assessing 3 hosts',
      startedAt: new Date(Date.now() - 4000).toISOString(),
      doing: 'es-prod-2: reading the live rules of the firewall',
      progress: { done: 1, all: 3 },
      cancellable: true,
    },
  ],
};

export const troubled: AppState = {
  ...workspaceState(),
  vault: { state: 'locked', secrets: [] },
  hosts: [
    host('es-prod-1', {
      interrupted: [
        {
          planId: 'plan-1',
          stepId: '02-es-auto-configuration',
          title: 'set up security',
          at: at('14:08:01'),
          undoing: false,
        },
      ],
    }),
    host('es-prod-2', {
      connection: 'failed',
      error: appError(
        'SUDO_NOT_ALLOWED',
        'The user ops may not use sudo on es-prod-2.',
        'Add ops to the sudo group there, or enter a login that may.',
        { hostState: 'unchanged', retryable: true, detail: 'ops is not in the sudoers file.' },
      ),
    }),
    host('es-prod-3', { key: { state: 'changed' }, connection: 'failed' }),
    host('es-prod-4', {
      connection: 'connecting',
      key: { state: 'not-seen' },
      elasticsearch: '',
      operatingSystem: '',
    }),
  ],
};

export const fleet: AppState = {
  ...workspaceState(),
  hosts: Array.from({ length: 200 }, (_, index) => {
    const id = `es-data-${String(index + 1).padStart(3, '0')}`;
    const outcomes =
      index % 7 === 0
        ? openOutcomes
        : index % 3 === 0
          ? { ...hardenedOutcomes, 'es-config-permissions': 'fail' as const }
          : hardenedOutcomes;
    return host(id, {
      host: { ...host(id).host, address: `10.20.${Math.floor(index / 200)}.${(index % 200) + 10}` },
      assess: { state: 'done', doing: '', areas: [] },
      baseline: scan(id, openOutcomes),
      latest: scan(id, outcomes),
    });
  }),
};

const longName =
  'elasticsearch-hauptverwaltung-rechenzentrumsüberwachung-datenknoten-0001.intern.beispielgesellschaft.example';

export const long: AppState = {
  ...workspaceState(),
  workspace: {
    id: 'long',
    name: 'Produktionsumgebung Auftragsabwicklung und Kundenkommunikation Süd (Rechenzentrum 2)',
    deployment: 'self-managed',
    operator: 'm.keller',
    createdAt: at('09:02:11'),
  },
  hosts: [
    { ...assessed, host: { ...assessed.host, id: 'es-prod-1', name: longName, address: longName } },
    host('es-prod-2', {
      host: { ...host('es-prod-2').host, name: `zwei-${longName}` },
      assess: { state: 'done', doing: '', areas: [] },
      baseline: scan('es-prod-2', hardenedOutcomes),
      latest: scan('es-prod-2', hardenedOutcomes),
    }),
  ],
};

const page =
  'data:image/svg+xml;base64,' +
  btoa(
    '<svg xmlns="http://www.w3.org/2000/svg" width="210" height="297"><rect width="210" height="297" fill="#fff"/><rect x="18" y="18" width="90" height="8" fill="#16202b"/><rect x="18" y="40" width="174" height="10" fill="#a3142b"/><rect x="18" y="56" width="174" height="10" fill="#12694a"/><g fill="#d9dfe5"><rect x="18" y="80" width="170" height="4"/><rect x="18" y="90" width="150" height="4"/><rect x="18" y="100" width="160" height="4"/></g></svg>',
  );

export const exported: AppState = {
  ...verified,
  report: {
    createdAt: at('14:20:11'),
    folder: '/home/m.keller/.config/Bulwark/workspaces/production-search/reports/2026-03-12T14-20-11',
    files: [
      { name: 'report.pdf', bytes: 412_870, sha256: digest },
      { name: 'report.json', bytes: 98_112, sha256: digest.replaceAll('c', 'd') },
      { name: 'report.dsse.json', bytes: 131_402, sha256: digest.replaceAll('c', 'e') },
      { name: 'signer.pem', bytes: 1204, sha256: digest.replaceAll('c', 'f') },
    ],
    digest,
    signer: 'Bulwark operator m.keller',
    signerFingerprint:
      '5E:0C:9A:77:1B:42:8F:D0:33:6A:E1:95:C4:2F:7D:08:BA:61:90:3C:1D:E7:54:AF:22:86:FB:0E:49:D3:78:15',
    commands: [
      'pdfsig report.pdf',
      'sha256sum report.json',
      'bulwark verify report.dsse.json --certificate signer.pem',
    ],
    pages: [page, page, page, page],
  },
};
