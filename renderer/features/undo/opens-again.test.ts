import { describe, expect, it } from 'vitest';
import type { HistoryItem } from '../../../shared/contract/state.ts';
import { opensAgain, type UndoScope } from './opens-again.ts';

const item = {
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
  opens: 'everybody',
} satisfies HistoryItem;
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
    for (const scope of scopes)
      expect(opensAgain([[item]], scope)).toEqual([expect.stringMatching(/disclosed/)]);
  });

  it('says what becomes of the data, and of a node that goes on asking', () => {
    const said = (opens: NonNullable<HistoryItem['opens']>) =>
      opensAgain([[{ ...item, opens }]], { type: 'host' });
    expect(said('everybody')).toEqual([expect.stringMatching(/documents that it has now/)]);
    expect(said('old-data')).toEqual([expect.stringMatching(/data directory of before.*disclosed/)]);
    expect(said('clear')).toEqual([expect.stringMatching(/^(?!.*disclosed).*goes on asking/)]);
  });

  it('names the nodes that go back together, and says a thing once', () => {
    const member = { ...item, nodes: 3 };
    expect(opensAgain([[member], [member], [member]], { type: 'host' })).toEqual([
      'All 3 nodes of the cluster go back together and are away meanwhile.',
      expect.stringMatching(/disclosed/),
    ]);
  });

  it('opens nothing where something else is taken back, or it was taken back before', () => {
    for (const scope of others) expect(opensAgain([[item]], scope)).toEqual([]);
    const { opens: _opens, ...harmless } = item;
    for (const scope of scopes) {
      expect(opensAgain([[{ ...item, canUndo: false }]], scope)).toEqual([]);
      expect(opensAgain([[harmless]], scope)).toEqual([]);
    }
  });
});
