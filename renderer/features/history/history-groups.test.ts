import { describe, expect, it } from 'vitest';
import type { HistoryItem } from '../../../shared/contract/state.ts';
import { historyEntries, standingOf, wholeHistory } from './history-groups.ts';

function item(sequence: number, planId: string, more: Partial<HistoryItem> = {}): HistoryItem {
  return {
    planId,
    planDigest: `${planId}-digest`,
    stepId: `s${sequence}`,
    sequence,
    at: '2030-01-01T00:00:00Z',
    operator: 'ada',
    title: `change ${sequence}`,
    kind: 'file-mode',
    controls: ['firewall-active'],
    blast: 'none',
    diffs: [{ subject: '/etc/nftables.conf', before: '', after: 'x' }],
    result: 'done',
    note: '',
    canUndo: true,
    ...more,
  };
}
const note = { sequence: 4, at: '2030-01-01T00:00:00Z', operator: 'ben', text: 'made bulwark_reader' };
const host = { history: [item(1, 'a'), item(3, 'a'), item(6, 'b', { result: 'undone' })], notes: [note] };
const seen = (filter: Partial<typeof wholeHistory>) =>
  historyEntries(host, { ...wholeHistory, ...filter }, () => 'A host firewall is active').map((entry) =>
    entry.type === 'note' ? entry.note.text : [entry.planId, ...entry.items.map((one) => one.sequence)],
  );

describe('the history', () => {
  it('puts changes under their plan and notes in between, newest first', () => {
    expect(seen({})).toEqual([['b', 6], 'made bulwark_reader', ['a', 3, 1]]);
  });

  it('shows what stands, without notes', () => {
    expect(seen({ standing: 'standing' })).toEqual([['a', 3, 1]]);
    expect(seen({ standing: 'undone' })).toEqual([['b', 6]]);
    expect(seen({ standing: 'open' })).toEqual([]);
  });

  it.each([
    ['change 6', [['b', 6]]],
    ['B-DIGEST', [['b', 6]]],
    [' ben ', ['made bulwark_reader']],
    [
      'nftables',
      [
        ['b', 6],
        ['a', 3, 1],
      ],
    ],
    [
      'host firewall',
      [
        ['b', 6],
        ['a', 3, 1],
      ],
    ],
    ['nothing of the kind', []],
  ])('finds %s', (words, found) => {
    expect(seen({ words })).toEqual(found);
  });

  it('calls open what somebody has to look at', () => {
    expect(
      (
        ['done', 'failed', 'undone', 'drifted', 'unknown', 'undone-after-failure', 'not-reversible'] as const
      ).map((result) => standingOf({ result })),
    ).toEqual(['standing', 'open', 'undone', 'open', 'open', 'undone', 'standing']);
  });
});
