import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../../../test/support/change-harness.ts';
import { EngineBench } from '../../../../test/support/engine-harness.ts';
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

let bench: EngineBench;
beforeEach(async () => {
  bench = new EngineBench();
  bench.host.place(`${kept}/one`, 'x');
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
      beforeImage: 'b',
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

it('keeps the old data when the volume does not carry the data', async () => {
  await end('done');
  expect(await confirmRemoval({ ...request, confirmedPath: kept }, bench.parts)).toMatchObject({
    error: { code: 'VERIFY_FAILED', hostState: 'unchanged' },
  });
  expect(existsSync(bench.host.path(kept))).toBe(true);
});
