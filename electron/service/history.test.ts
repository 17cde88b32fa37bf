import { describe, expect, it } from 'vitest';
import type { Change } from '../../shared/domain/change.ts';
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import type { JournalEntry } from '../../shared/domain/journal.ts';
import { historyItems, historyNotes, interruptedItems } from './history.ts';

const common = {
  version: 1 as const,
  at: '2030-01-01T00:00:00.000Z',
  operator: 'ada',
  hostId: 'a',
  previous: '0'.repeat(64),
};

function intent(sequence: number, stepId: string): JournalEntry {
  return {
    ...common,
    sequence,
    type: 'intent',
    planId: 'p',
    planDigest: 'd',
    stepId,
    controls: ['es-config-permissions'],
    change: { kind: 'file-mode', entries: [{ path: '/x', mode: '0640' }] },
    title: `do ${stepId}`,
    diffs: [],
    beforeImage: 'b',
  };
}
function outcome(sequence: number, stepId: string, result: 'done' | 'failed'): JournalEntry {
  return { ...common, sequence, type: 'outcome', planId: 'p', stepId, result, mark: {}, note: `${result}.` };
}
function undoIntent(sequence: number, stepId: string): JournalEntry {
  return { ...common, sequence, type: 'undo-intent', planId: 'p', stepId, reason: 'asked' };
}
function undone(sequence: number, stepId: string, result: 'undone' | 'drifted' | 'failed'): JournalEntry {
  return { ...common, sequence, type: 'undo-outcome', planId: 'p', stepId, result, note: `${result}.` };
}
const shown = (entries: readonly JournalEntry[]) =>
  historyItems(entries, () => 'none').map(({ stepId, result, canUndo, blast }) => [
    stepId,
    result,
    canUndo,
    blast,
  ]);

describe('the history', () => {
  it('shows the newest first, with what can still be taken back', () => {
    const entries = [
      intent(0, 's1'),
      outcome(1, 's1', 'done'),
      intent(2, 's2'),
      outcome(3, 's2', 'done'),
      undoIntent(4, 's1'),
      undone(5, 's1', 'undone'),
      undoIntent(6, 's2'),
      undone(7, 's2', 'drifted'),
    ];
    expect(shown(entries)).toEqual([
      ['s2', 'drifted', true, 'none'],
      ['s1', 'undone', false, 'none'],
    ]);
    expect(interruptedItems(entries)).toEqual([]);
  });

  it('tells what the host takes back by hand too, while it stands', () => {
    const kept = { ...outcome(1, 's1', 'done'), byHand: true } as JournalEntry;
    const byHand = (...entries: readonly JournalEntry[]) =>
      historyItems(entries, () => 'none').map((item) => item.byHand);
    expect(byHand(intent(0, 's1'), kept)).toEqual([true]);
    expect(byHand(intent(0, 's1'), outcome(1, 's1', 'done'))).toEqual([undefined]);
    expect(byHand(intent(0, 's1'), kept, undoIntent(2, 's1'), undone(3, 's1', 'undone'))).toEqual([
      undefined,
    ]);
  });

  it('calls an intent without outcome unknown, and offers to settle it', () => {
    const entries = [intent(0, 's1')];
    expect(shown(entries)).toEqual([['s1', 'unknown', true, 'none']]);
    expect(historyItems(entries, () => 'none')[0]?.note).toMatch(/not known yet/);
    expect(interruptedItems(entries)).toMatchObject([{ stepId: 's1', undoing: false }]);
  });

  it('offers to settle an undoing that was interrupted', () => {
    const entries = [intent(0, 's1'), outcome(1, 's1', 'done'), undoIntent(2, 's1')];
    expect(interruptedItems(entries)).toMatchObject([{ stepId: 's1', undoing: true }]);
  });

  it('says who took it back, and when', () => {
    const back = { ...undone(3, 's1', 'undone'), at: '2030-01-02T00:00:00.000Z', operator: 'ben' };
    const [item] = historyItems(
      [intent(0, 's1'), outcome(1, 's1', 'done'), undoIntent(2, 's1'), back],
      () => 'none',
    );
    expect(item).toMatchObject({ operator: 'ada', planDigest: 'd', undo: { at: back.at, operator: 'ben' } });
  });

  it('keeps notes as entries of their own', () => {
    const note = (sequence: number, text: string): JournalEntry => ({
      ...common,
      sequence,
      type: 'note',
      text,
    });
    expect(
      historyNotes([note(0, 'made bulwark_reader'), intent(1, 's1'), note(2, 'removed it')]).map(
        ({ text, operator }) => `${operator}: ${text}`,
      ),
    ).toEqual(['ada: removed it', 'ada: made bulwark_reader']);
  });

  it('notes the restarts after undoing, but not one that was not needed', () => {
    const restart = (sequence: number, result: 'done' | 'not-needed'): JournalEntry => ({
      ...common,
      sequence,
      type: 'restart-outcome',
      unit: 'elasticsearch.service',
      result,
      note: 'elasticsearch.service was restarted.',
    });
    expect(historyNotes([restart(0, 'not-needed'), restart(1, 'done')])).toMatchObject([
      { sequence: 1, text: 'After undoing: elasticsearch.service was restarted.' },
    ]);
  });

  it('says of which restart it tells', () => {
    const owed = (sequence: number): JournalEntry => ({
      ...common,
      sequence,
      type: 'restart-owed',
      planId: 'p',
      stepId: 's1',
      restart: { kind: 'service-restart', unit: 'a.service', rehearse: false },
      applying: true,
    });
    const done = {
      ...common,
      sequence: 3,
      type: 'restart-outcome',
      unit: 'a.service',
      result: 'done',
      note: 'a.service was restarted.',
    } as const;
    const entries = [intent(0, 's1'), owed(1), outcome(2, 's1', 'done')];
    expect(interruptedItems(entries)).toMatchObject([
      { stepId: 'restart-a.service', undoing: false, restarts: 'a.service' },
    ]);
    expect(interruptedItems([...entries, done])).toEqual([]);
    expect(historyNotes([...entries, done])).toMatchObject([
      { text: 'After an interruption: a.service was restarted.' },
    ]);
  });

  it('shows what cannot be taken back as in place, with the reason, and nothing to settle', () => {
    const refused = { ...undone(3, 's1', 'failed'), stays: true as const, note: 'There is no way back.' };
    const entries = [intent(0, 's1'), outcome(1, 's1', 'done'), undoIntent(2, 's1'), refused];
    expect(historyItems(entries, () => 'none')).toMatchObject([
      { result: 'not-reversible', note: 'There is no way back.', canUndo: true },
    ]);
    expect(interruptedItems(entries)).toEqual([]);
  });

  it('says how taking back lets people in again, and how many nodes go together', () => {
    const install: EsInstall = {
      version: '8.19.21',
      layout: 'archive',
      home: '/opt/elasticsearch',
      pathConf: '/opt/elasticsearch/config',
      pathData: ['/opt/elasticsearch/data'],
      pathLogs: '/opt/elasticsearch/logs',
      user: 'elasticsearch',
      group: 'elasticsearch',
      httpPort: 9200,
      transportPort: 9300,
    };
    const refs = { elasticPasswordRef: 'es/a/elastic', httpCaRef: 'es/a/http-ca' };
    const auto = { kind: 'es-auto-configuration' as const, install, ...refs, removeSettings: [] };
    const own: Change = {
      kind: 'es-own-certificates',
      install,
      ...refs,
      nodeKeyRef: 'es/a/node-key',
      storePasswordRef: 'es/a/node-store',
      authorityRef: 'pki/authority',
      keyType: 'p-256',
      form: 'pkcs12',
      names: ['a'],
      days: 730,
    };
    const seen = (change: Change) => {
      const [item] = historyItems([{ ...intent(0, 's1'), change } as JournalEntry], () => 'full');
      return [item?.opens, item?.nodes];
    };
    expect(seen({ ...auto, setAsideData: true })).toEqual(['old-data', undefined]);
    expect(seen({ ...auto, setAsideData: false })).toEqual(['everybody', undefined]);
    expect(seen({ ...own, asksAlready: true })).toEqual(['clear', undefined]);
    expect(seen({ ...own, cluster: { uuid: 'u', hosts: ['a', 'b', 'c'] } })).toEqual(['everybody', 3]);
    expect(seen({ kind: 'file-mode', entries: [] })).toEqual([undefined, undefined]);
  });

  it('says which failed', () => {
    expect(shown([intent(0, 's1'), outcome(1, 's1', 'failed')])).toEqual([['s1', 'failed', true, 'none']]);
  });
});
