import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLogFile } from './log-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-file-'));
  path = join(folder, 'bulwark.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the log', () => {
  it('keeps every line in order, for its owner only', async () => {
    const log = openLogFile(path);
    for (let line = 0; line < 50; line += 1) log.write(`line ${line}`);
    await log.settled();
    expect(readFileSync(path, 'utf8').trim().split('\n')).toEqual(
      Array.from({ length: 50 }, (_, line) => `line ${line}`),
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('stays within its bounds, and keeps the newest', async () => {
    const log = openLogFile(path, { limit: 100, keep: 3 });
    for (let line = 100; line < 200; line += 1) log.write(`line ${line}`);
    await log.settled();
    expect(readdirSync(folder).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'bulwark.log',
      'bulwark.log.1',
      'bulwark.log.2',
      'bulwark.log.3',
    ]);
    const files = ['.3', '.2', '.1', ''].map((end) => readFileSync(`${path}${end}`, 'utf8'));
    for (const file of files) expect(file.length).toBeLessThanOrEqual(100);
    const lines = files.join('').trim().split('\n');
    expect(lines.at(-1)).toBe('line 199');
    expect(lines).toEqual(lines.toSorted((a, b) => a.localeCompare(b)));
  });

  it('counts what an earlier start left', async () => {
    writeFileSync(path, 'x'.repeat(95));
    const log = openLogFile(path, { limit: 100 });
    log.write('a new line');
    await log.settled();
    expect(readFileSync(path, 'utf8')).toBe('a new line\n');
    expect(readFileSync(`${path}.1`, 'utf8')).toHaveLength(95);
  });

  it('goes on after a line that could not be written', async () => {
    const log = openLogFile(join(folder, 'absent', 'bulwark.log'));
    log.write('lost');
    await log.settled();
    log.write('lost too');
    await expect(log.settled()).resolves.toBeUndefined();
  });
});
