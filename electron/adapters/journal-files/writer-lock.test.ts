import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeWriterLock } from './writer-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writer-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function lockAs(pid: number): void {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  writeFileSync(join(folder, 'writer.lock'), `${pid} ${boot}/${start}\n`);
}

const linux = process.platform === 'linux';
if (!linux)
  process.stdout.write(
    'writer lock: processes of others skipped, they are made on Linux only; there it runs\n',
  );

describe('the place of the one writer', () => {
  it('is given to one, and after that to the next', () => {
    const first = takeWriterLock(folder);
    expect(first.ok).toBe(true);
    expect(takeWriterLock(folder)).toMatchObject({ ok: false, error: { code: 'JOURNAL_IN_USE' } });
    if (first.ok) first.value.release();
    expect(readdirSync(folder)).toEqual([]);
    expect(takeWriterLock(folder).ok).toBe(true);
  });

  it.skipIf(!linux)('is not taken from a process that lives', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    lockAs(child.pid ?? 0);
    expect(takeWriterLock(folder)).toMatchObject({ ok: false, error: { code: 'JOURNAL_IN_USE' } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(takeWriterLock(folder).ok).toBe(true);
  });

  it.skipIf(!linux)('is taken from one that was killed and that nobody has asked after', async () => {
    // The shell becomes a program that never asks how the child ended.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    lockAs(pid);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) Z /);
    expect(takeWriterLock(folder).ok).toBe(true);
    parent.kill('SIGKILL');
  });
});
