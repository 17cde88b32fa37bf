import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../../../test/support/change-harness.ts';
import { EngineBench } from '../../../../test/support/engine-harness.ts';
import { succeed } from '../../../domain/result.ts';
import { confirmRemoval } from './removal.ts';

const change = {
  kind: 'encrypted-volume-migration',
  path: '/srv/data',
  device: '/dev/sdb',
  unit: 'es.service',
  fileSystem: 'ext4',
  unlock: 'key-file',
  keyRef: 'es/volume',
} as const;
const kept = '/srv/data.before-encryption-plan-1-01-move';
const request = { hostId: 'local', planId: 'plan-1', stepId: '01-move' };

const image = {
  version: 1,
  luksUuid: '00000000-0000-4000-8000-000000000000',
  fsUuid: '00000000-0000-4000-8000-000000000001',
  files: [null, null, null],
  active: true,
  keyFolderNew: true,
};

let bench: EngineBench;
let state: string;
beforeEach(async () => {
  bench = new EngineBench();
  state = 'active';
  bench.host.place(`${kept}/one`, 'x');
  bench.host.place('/srv/data/one', 'x');
  bench.host.before = () => {
    bench.host.teach('systemctl', `case $* in *ActiveState*) echo ${state} ;; *) echo ;; esac`);
    return succeed(undefined);
  };
  const where = { hostId: 'local', planId: 'plan-1', stepId: '01-move' };
  value(
    await bench.journal.append({
      type: 'intent',
      ...where,
      planDigest: 'd',
      controls: ['es-data-encrypted'],
      change,
      title: 'move',
      diffs: [],
      beforeImage: value(await bench.blobs.put(new TextEncoder().encode(JSON.stringify(image)))),
    }),
  );
});
afterEach(() => bench.host.remove());

async function end(result: 'done' | 'undone-after-failure'): Promise<void> {
  value(
    await bench.journal.append({
      type: 'outcome',
      hostId: 'local',
      planId: 'plan-1',
      stepId: '01-move',
      result,
      mark: {},
      note: '',
    }),
  );
}

it('removes nothing while the step is open', async () => {
  expect(await confirmRemoval({ ...request, confirmedPath: kept }, bench.parts)).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
  expect(existsSync(bench.host.path(kept))).toBe(true);
});

it('tells, and removes only what was confirmed by its path', async () => {
  await end('undone-after-failure');
  expect(value(await confirmRemoval(request, bench.parts))).toMatchObject({
    kept: { path: kept, entries: 2 },
    removed: false,
  });
  expect(await confirmRemoval({ ...request, confirmedPath: '/srv/data' }, bench.parts)).toMatchObject({
    error: { code: 'INPUT_INVALID', hostState: 'unchanged' },
  });
  expect(existsSync(bench.host.path(kept))).toBe(true);
  const removed = value(await confirmRemoval({ ...request, confirmedPath: kept }, bench.parts));
  expect(removed.removed).toBe(true);
  expect(existsSync(bench.host.path(kept))).toBe(false);
  const notes = value(await bench.journal.read('local')).flatMap((entry) =>
    entry.type === 'note' ? [entry.text] : [],
  );
  expect(notes).toEqual([
    expect.stringContaining(`confirmed the removal of ${kept}`),
    expect.stringContaining('Removed'),
  ]);
});

describe('after an undoing, what is kept stays', () => {
  beforeEach(() => end('undone-after-failure'));
  /** The reason, once it is sure that nothing was removed and nothing of a removal stands in the journal. */
  async function refusal(): Promise<string> {
    const ended = await confirmRemoval({ ...request, confirmedPath: kept }, bench.parts);
    expect(ended).toMatchObject({ error: { code: 'VERIFY_FAILED', hostState: 'unchanged' } });
    expect(existsSync(bench.host.path(kept))).toBe(true);
    expect(bench.journal.entries.filter(({ type }) => type === 'note')).toEqual([]);
    return ended.ok ? '' : ended.error.message;
  }

  it('while the place of the data is empty, or gone', async () => {
    rmSync(bench.host.path('/srv/data/one'));
    expect(await refusal()).toContain('/srv/data is empty');
    rmSync(bench.host.path('/srv/data'), { recursive: true });
    expect(await refusal()).toContain('/srv/data is no directory');
  });

  it('while the service does not run on it', async () => {
    state = 'inactive';
    expect(await refusal()).toContain('es.service does not run');
  });

  it('while somebody uses what is kept', async () => {
    const file = openSync(bench.host.path(`${kept}/one`), 'r');
    expect(await refusal()).toContain(`These processes use it: ${process.pid} `);
    closeSync(file);
  });

  it('when the answer of the host is cut short', async () => {
    bench.host.after = (asked, output) =>
      asked.name === 'volume-served'
        ? succeed(void Object.assign(output, { stdout: new TextEncoder().encode('mounted=nothing\n') }))
        : succeed(undefined);
    const ended = await confirmRemoval({ ...request, confirmedPath: kept }, bench.parts);
    expect(ended).toMatchObject({ error: { code: 'PROBE_MALFORMED' } });
    expect(existsSync(bench.host.path(kept))).toBe(true);
  });
});

it.each(['', '12', '12 x', 'nothing 3', 'absent 1'])(
  'an answer of the host that says neither size nor absence is an error: "%s"',
  async (said) => {
    await end('undone-after-failure');
    bench.host.after = (asked, output) =>
      asked.name === 'kept-data'
        ? succeed(void Object.assign(output, { stdout: new TextEncoder().encode(said) }))
        : succeed(undefined);
    expect(await confirmRemoval({ ...request, confirmedPath: kept }, bench.parts)).toMatchObject({
      ok: false,
      error: { code: 'PROBE_MALFORMED', hostState: 'unchanged' },
    });
    expect(existsSync(bench.host.path(kept))).toBe(true);
  },
);

it('what is not there is not found', async () => {
  await end('undone-after-failure');
  rmSync(bench.host.path(kept), { recursive: true });
  expect(await confirmRemoval(request, bench.parts)).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

it('keeps the old data when the volume does not carry the data', async () => {
  await end('done');
  expect(await confirmRemoval({ ...request, confirmedPath: kept }, bench.parts)).toMatchObject({
    error: { code: 'VERIFY_FAILED', hostState: 'unchanged' },
  });
  expect(existsSync(bench.host.path(kept))).toBe(true);
});
