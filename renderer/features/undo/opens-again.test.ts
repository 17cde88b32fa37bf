import { describe, expect, it } from 'vitest';
import type { HistoryItem } from '../../../shared/contract/state.ts';
import { opensAgain, type UndoScope } from './opens-again.ts';

const item: HistoryItem = {
  planId: 'a',
  planDigest: 'a-digest',
  stepId: 's1',
  sequence: 1,
  at: '2030-01-01T00:00:00Z',
  operator: 'ada',
  title: 'secure Elasticsearch',
  kind: 'es-own-certificates',
  controls: ['security-enabled'],
  blast: 'full',
  diffs: [],
  result: 'done',
  note: '',
  canUndo: true,
};
const scopes: readonly UndoScope[] = [
  { type: 'step', planId: 'a', stepId: 's1' },
  { type: 'plan', planId: 'a' },
  { type: 'finding', controlId: 'security-enabled' },
  { type: 'host' },
];
const others: readonly UndoScope[] = [
  { type: 'step', planId: 'a', stepId: 's2' },
  { type: 'plan', planId: 'b' },
  { type: 'finding', controlId: 'firewall-active' },
];

describe('taking back', () => {
  it('opens a node again that was secured, whichever way it is asked for', () => {
    for (const scope of scopes) expect(opensAgain([item], scope), scope.type).toBe(true);
    expect(opensAgain([{ ...item, kind: 'es-auto-configuration' }], { type: 'host' })).toBe(true);
  });

  it('opens nothing where something else is taken back, or it was taken back before', () => {
    for (const scope of others) expect(opensAgain([item], scope), scope.type).toBe(false);
    for (const scope of scopes) {
      expect(opensAgain([{ ...item, canUndo: false }], scope)).toBe(false);
      expect(opensAgain([{ ...item, kind: 'file-mode' }], scope)).toBe(false);
    }
  });
});
