import { describe, expect, it } from 'vitest';
import type { Change } from '../../domain/change.ts';
import type { Step } from '../../domain/plan.ts';
import { inSequence, withFinalKeystoreModes } from './keystore-mode.ts';

const keystore = '/etc/elasticsearch/elasticsearch.keystore';
const install = {
  version: '8.19.21',
  layout: 'package',
  home: '/usr/share/elasticsearch',
  pathConf: '/etc/elasticsearch',
  pathData: ['/var/lib/elasticsearch'],
  pathLogs: '/var/log/elasticsearch',
  user: 'elasticsearch',
  group: 'elasticsearch',
  unit: 'elasticsearch.service',
  httpPort: 9200,
  transportPort: 9300,
} as unknown as Extract<Change, { kind: 'keystore-entry' }>['install'];
const closing: Change = {
  kind: 'file-mode',
  entries: [
    { path: keystore, mode: '640' },
    { path: '/etc/elasticsearch/elasticsearch.yml', mode: '640' },
    { path: '/etc/other/elasticsearch.keystore', mode: '640' },
  ],
};
const writing: Change = { kind: 'keystore-entry', install, set: [], remove: ['a.b'], ensure: false };
const wanted = (change: Change) => ({ change, controls: ['c'], findings: ['h/c'] });

function modes(...changes: Change[]): readonly (string | undefined)[] {
  const [first] = withFinalKeystoreModes(changes.map(wanted));
  return first?.change.kind === 'file-mode' ? first.change.entries.map(({ mode }) => mode) : [];
}

describe('the mode of a keystore', () => {
  it('is final at once when a later step writes that keystore', () => {
    expect(modes(closing, writing)).toEqual(['660', '640', '640']);
  });

  it('stays as it was wished when nobody writes it, and when only the owner was wished', () => {
    expect(modes(closing)).toEqual(['640', '640', '640']);
    expect(modes({ kind: 'file-mode', entries: [{ path: keystore, owner: 'root' }] }, writing)).toEqual([
      undefined,
    ]);
  });
});

describe('what a plan shows of it', () => {
  const step = (before: string, after: string, subject = keystore) =>
    ({ hostId: 'h', diffs: [{ subject, before, after }] }) as unknown as Step;
  const shown = (...steps: Step[]) =>
    inSequence(steps).map(({ diffs }) => diffs.map(({ before, after }) => `${before} > ${after}`));

  it('goes on from what an earlier step leaves, and says nothing twice', () => {
    const closed = step('root:root 0644', 'root:root 0660');
    expect(shown(closed, step('root:root 0644', 'es:es 0660'))).toEqual([
      ['root:root 0644 > root:root 0660'],
      ['root:root 0660 > es:es 0660'],
    ]);
    expect(shown(closed, step('root:root 0644', 'root:root 0660'))[1]).toEqual([]);
  });

  it('leaves other files, other hosts and other differences alone', () => {
    const closed = step('root:root 0644', 'root:root 0660');
    const other = { ...step('root:root 0644', 'a:a 0660'), hostId: 'i' };
    expect(shown(closed, other)[1]).toEqual(['root:root 0644 > a:a 0660']);
    expect(shown(closed, step('root:root 0644', 'a:a 0660', '/b'))[1]).toEqual(['root:root 0644 > a:a 0660']);
    expect(shown(step('x', 'y'), step('x', 'z'))[1]).toEqual(['x > z']);
  });
});
