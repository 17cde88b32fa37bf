/** Hosts with a longer past: several plans, what was undone, what somebody else changed, notes, and guards of others. */
import type { AppState, HistoryItem, HostState } from '../../../../shared/contract/state.ts';
import { at, digest, host, workspaceState } from './build.ts';
import { plan } from './plans.ts';
import { hardened } from './situations.ts';

const [modes] = plan().steps;

function item(sequence: number, more: Partial<HistoryItem>): HistoryItem {
  return {
    planId: 'plan-2',
    planDigest: digest.replaceAll('c', '7'),
    stepId: `step-${sequence}`,
    sequence,
    at: at('16:20:05'),
    operator: 'j.brandt',
    title: 'set owner and mode of 5 files in /srv/elasticsearch/config',
    kind: 'file-mode',
    controls: ['es-config-permissions'],
    blast: 'none',
    diffs: modes?.diffs ?? [],
    result: 'done',
    note: '',
    canUndo: true,
    ...more,
  };
}

const busy: HostState = {
  ...hardened,
  undoByHand: 'sudo sh /var/lib/bulwark/undo/undo',
  notes: [
    {
      sequence: 9,
      at: at('15:02:40'),
      operator: 'm.keller',
      text: 'The user bulwark_reader and the role of the same name were made in Elasticsearch.',
    },
  ],
  history: [
    ...hardened.history,
    item(12, {}),
    item(14, {
      title: 'remove 1 setting from elasticsearch.yml',
      kind: 'yaml-setting',
      controls: ['no-plaintext-secrets'],
      result: 'undone',
      canUndo: false,
      undo: { at: at('16:31:10'), operator: 'm.keller' },
    }),
    item(16, {
      title: 'lock the account deploy',
      kind: 'account',
      controls: ['es-account-locked'],
      result: 'drifted',
      note: 'The account has another shell than the one that Bulwark set.',
      undo: { at: at('16:31:12'), operator: 'm.keller' },
    }),
  ],
};

export const longPast: AppState = {
  ...workspaceState(),
  hosts: [
    busy,
    {
      ...host('es-prod-2'),
      history: hardened.history.map((one) => ({ ...one, planId: 'plan-9' })),
    },
  ],
};

export const guardedByOthers: AppState = {
  ...workspaceState(),
  hosts: [
    host('es-prod-1', {
      guardsFound: [
        {
          tag: 'plan-7-03',
          standing: 'armed',
          ours: false,
          armedBy: 'j.brandt@ws-114',
          firesAt: new Date(Date.now() + 44_000).toISOString(),
        },
      ],
    }),
    host('es-prod-2', { guardsFound: [{ tag: 'plan-8-01', standing: 'firing', ours: true }] }),
  ],
};
