// @ts-check
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findCommand, mustRun, run } from './run.mjs';
import { duration, size } from './say.mjs';

describe('running a command', () => {
  it('tells how it ended and what it said', async () => {
    const ended = await run('/bin/sh', ['-c', 'echo out; echo err >&2; exit 7']);
    expect(ended.code).toBe(7);
    expect(ended.output).toContain('out\n');
    expect(ended.output).toContain('err\n');
  });

  it('answers for a command that does not exist', async () => {
    expect((await run('no-such-command-here', [])).code).toBe(127);
    expect(findCommand('no-such-command-here')).toBeUndefined();
  });

  it('ends a command and its children when the time is over', async () => {
    const ended = await run('/bin/sh', ['-c', 'sleep 60 & echo $!; wait'], { timeout: 300 });
    expect(ended.code).toBe(124);
    expect(existsSync(`/proc/${ended.output.trim()}/exe`)).toBe(false);
  });

  it('throws with the end of the output where success is a must', async () => {
    await expect(mustRun('/bin/sh', ['-c', 'echo the reason; exit 3'])).rejects.toThrow(
      /ended with 3:\nthe reason/,
    );
  });
});

describe('being interrupted', () => {
  const program = `
    const { run, tellWhenInterrupted } = await import('./build/tasks/lib/run.mjs');
    tellWhenInterrupted('What was begun is ended.');
    const ended = run('/bin/sh', ['-c', 'sleep 60']);
    process.stdout.write('begun\\n');
    await ended;`;

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('by %s says once what becomes of what was begun', async (signal, code) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      said += text;
      if (text.includes('begun')) child.kill(/** @type {NodeJS.Signals} */ (signal));
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(code);
    expect(said).toBe('begun\n\nWhat was begun is ended.\n');
  });
});

describe('figures', () => {
  it.each([
    [12, '12 ms'],
    [12_340, '12.3 s'],
    [185_000, '3 min 05 s'],
  ])('%d ms', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  it.each([
    [999, '999 B'],
    [196_264_810, '196 MB'],
    [1_200_000_000, '1.2 GB'],
  ])('%d bytes', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });
});
