/** The states that are looked at, each with the screen that it is about. */
import type { Screen } from '../../../../renderer/app/ui-store.ts';
import type { AppState } from '../../../../shared/contract/state.ts';
import { at, emptyState, every, host, openOutcomes, scan, workspaceState } from './build.ts';
import { clusterMany, clusterOdd, clusterOpen, clusterSecured } from './clusters.ts';
import { guardedByOthers, longPast } from './history.ts';
import { plan, progress } from './plans.ts';
import { questions } from './questions.ts';
import {
  applying,
  assessed,
  exported,
  failed,
  fleet,
  hardened,
  held,
  long,
  planned,
  ready,
  reviewed,
  running,
  troubled,
  verified,
  withoutSpareDisk,
  withSpareDisks,
} from './situations.ts';

export interface Scene {
  readonly screen: Screen;
  readonly state: AppState;
  /** Control whose finding is open. */
  readonly control?: string;
  /** Host whose Elasticsearch login is looked at. */
  readonly nodeLoginHost?: string;
}

export const scenes: Readonly<Record<string, Scene>> = {
  'start-first-run': { screen: 'start', state: emptyState() },
  start: {
    screen: 'start',
    state: {
      ...emptyState(),
      recents: [
        {
          id: 'production-search',
          name: 'Production search',
          deployment: 'self-managed',
          lastAssessed: at('14:03:20'),
          counts: { pass: 3, fail: 9, unknown: 1, error: 0, 'not-applicable': 0 },
          hosts: 3,
        },
        {
          id: 'logging',
          name: 'Logging, region south',
          deployment: 'self-managed',
          lastAssessed: at('08:40:02'),
          counts: { pass: 140, fail: 4, unknown: 8, error: 1, 'not-applicable': 3 },
          hosts: 12,
        },
        {
          id: 'lab',
          name: 'Lab',
          deployment: 'ece',
          counts: { pass: 0, fail: 0, unknown: 0, error: 0, 'not-applicable': 0 },
          hosts: 0,
        },
      ],
    },
  },
  deployment: { screen: 'deployment', state: workspaceState() },
  'hosts-empty': { screen: 'hosts', state: workspaceState() },
  hosts: {
    screen: 'hosts',
    state: {
      ...workspaceState(),
      hosts: [
        host('es-prod-1'),
        host('es-prod-2', {
          connection: 'connecting',
          key: { state: 'not-seen' },
          elasticsearch: '',
          operatingSystem: '',
        }),
      ],
    },
  },
  'node-login': {
    screen: 'hosts',
    nodeLoginHost: 'es-prod-1',
    state: { ...workspaceState(), hosts: [host('es-prod-1', { nodeLogin: 'none' })] },
  },
  'node-login-given': {
    screen: 'hosts',
    nodeLoginHost: 'es-prod-1',
    state: {
      ...workspaceState(),
      vault: {
        state: 'unlocked',
        secrets: [{ ref: 'es/es-prod-1/login', about: 'Elasticsearch login', createdAt: at('14:03:20') }],
      },
      hosts: [host('es-prod-1', { nodeLogin: 'given' })],
    },
  },
  'node-login-locked': {
    screen: 'hosts',
    nodeLoginHost: 'es-prod-1',
    state: {
      ...workspaceState(),
      vault: { state: 'locked', secrets: [] },
      hosts: [host('es-prod-1')],
    },
  },
  'hosts-troubled': { screen: 'hosts', state: troubled },
  'hosts-fleet': { screen: 'hosts', state: fleet },
  'hosts-long': { screen: 'hosts', state: long },
  'assess-empty': { screen: 'assess', state: workspaceState() },
  assess: { screen: 'assess', state: running },
  'assess-done': { screen: 'assess', state: reviewed },
  'assess-fleet': { screen: 'assess', state: fleet },
  'review-empty': { screen: 'review', state: workspaceState() },
  review: { screen: 'review', state: reviewed },
  'review-volume': { screen: 'review', state: withSpareDisks, control: 'es-data-encrypted' },
  'review-volume-none': { screen: 'review', state: withoutSpareDisk, control: 'es-data-encrypted' },
  'review-planned': { screen: 'review', state: planned },
  'review-fleet': { screen: 'review', state: fleet },
  'review-long': { screen: 'review', state: long },
  'review-clean': {
    screen: 'review',
    state: { ...workspaceState(), hosts: [{ ...assessed, latest: scan('es-prod-1', every('pass')) }] },
  },
  'secrets-new': { screen: 'secrets', state: { ...reviewed, vault: { state: 'none', secrets: [] } } },
  'secrets-locked': { screen: 'secrets', state: { ...reviewed, vault: { state: 'locked', secrets: [] } } },
  secrets: { screen: 'secrets', state: { ...verified, hosts: [assessed], plan: plan() } },
  'apply-empty': { screen: 'apply', state: reviewed },
  'apply-plan': { screen: 'apply', state: ready },
  'apply-running': { screen: 'apply', state: applying },
  'apply-paused': { screen: 'apply', state: held },
  'review-waived': {
    screen: 'review',
    state: {
      ...reviewed,
      waivers: ['http-port-restricted', 'es-data-encrypted'].map((controlId) => ({
        findingId: `es-prod-1/${controlId}`,
        hostId: 'es-prod-1',
        controlId,
        outcome: openOutcomes[controlId] ?? 'fail',
        reason: 'The load balancer in front filters by address until the new network is there.',
        approver: 'Dr. J. Brandt',
        until: '2099-06-30',
        at: at('14:05:00'),
        operator: 'm.keller',
      })),
    },
  },
  'apply-failed': { screen: 'apply', state: failed },
  'apply-done': {
    screen: 'apply',
    state: {
      ...ready,
      hosts: [hardened],
      steps: progress(['done', 'done', 'done', 'nothing-to-do']),
      guards: [{ hostId: 'es-prod-1', state: 'disarmed', firesAt: at('14:10:00'), seconds: 60 }],
    },
  },
  'verify-empty': { screen: 'verify', state: workspaceState() },
  verify: { screen: 'verify', state: verified },
  'report-ready': { screen: 'report', state: verified },
  report: { screen: 'report', state: exported },
  'report-verified': {
    screen: 'report',
    state: {
      ...emptyState(),
      verification: {
        fileName: 'report.pdf',
        verdict: 'valid-unknown-signer',
        sentences: [
          {
            ok: true,
            text: 'The signature covers the whole file, and nothing was altered since it was signed.',
          },
          { ok: true, text: 'The attached JSON has the digest that is printed on the last page.' },
          { ok: true, text: 'The figures on the pages are the figures in the JSON.' },
          { ok: false, text: 'The certificate of the signer is not one that this computer knows.' },
        ],
      },
    },
  },
  'cluster-empty': { screen: 'cluster', state: workspaceState() },
  cluster: { screen: 'cluster', state: clusterOpen },
  'cluster-secured': { screen: 'cluster', state: clusterSecured },
  'cluster-odd': { screen: 'cluster', state: clusterOdd },
  'cluster-many': { screen: 'cluster', state: clusterMany },
  'history-empty': { screen: 'history', state: workspaceState() },
  history: { screen: 'history', state: verified },
  'history-long': { screen: 'history', state: longPast },
  'guard-of-others': { screen: 'hosts', state: guardedByOthers },
  settings: { screen: 'settings', state: workspaceState() },
  ...Object.fromEntries(
    Object.entries(questions).map(([name, question]) => [
      `question-${name}`,
      {
        screen: 'hosts',
        state: { ...workspaceState(), hosts: [host('es-prod-1')], questions: [question] },
      } satisfies Scene,
    ]),
  ),
  ...Object.fromEntries(
    (['password', 'passphrase', 'interactive', 'node-password'] as const).map((purpose) => [
      `question-${purpose}`,
      {
        screen: 'hosts',
        state: {
          ...workspaceState(),
          hosts: [host('es-prod-1')],
          questions: [{ ...questions.secret, purpose, prompt: 'One-time code', attempt: 1 }],
        },
      } satisfies Scene,
    ]),
  ),
};
