import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { labPath } from './cache-folder.ts';
import { isAlive, processMark, withLock } from './lock.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-lock-'));
  vi.stubEnv('BULWARK_CACHE', folder);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('processMark', () => {
  it('tells this process from another one with its number', () => {
    const own = processMark(process.pid);
    expect(own && isAlive(own)).toBe(true);
    expect(isAlive({ pid: process.pid, started: '1' })).toBe(false);
  });

  it('knows nothing of a process that is not there', () => {
    expect(processMark(2 ** 30)).toBeUndefined();
  });
});

describe('withLock', () => {
  it('lets one at a time do its work', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    };
    await Promise.all([withLock('a', work), withLock('a', work), withLock('a', work)]);
    expect(most).toBe(1);
  });

  it('takes over from an owner that died', async () => {
    writeFileSync(labPath('run', 'b.lock'), JSON.stringify({ pid: process.pid, started: '1' }));
    expect(await withLock('b', async () => 'done')).toBe('done');
  });
});
