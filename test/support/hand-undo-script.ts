/** One script of the kit, run as the program on the host runs it, in a folder that stands for the host. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HandUndoOp } from '../../shared/engine/hand-undo/ops.ts';

/**
 * In front of a command: files can be made but nothing can be written to them, as on a full disk. Such a write fails with EFBIG
 * (setrlimit(2)) because the signal is ignored; pipes are not concerned.
 */
export const nothingCanBeWritten = ['sh', '-c', 'trap "" XFSZ; ulimit -f 0; exec "$@"', 'sh'] as const;

export class HandUndoBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'hand-undo-script-'));

  constructor(ops: readonly HandUndoOp[]) {
    const op = ops.find((one) => one.do === 'script');
    if (op === undefined) throw new Error('There is no script among these.');
    for (const name of ['bin', 'state']) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, 'script'), op.script);
    writeFileSync(join(this.folder, 'state/args'), op.args.map((arg) => `${arg}\n`).join(''));
  }

  path(path: string): string {
    return join(this.folder, 'root', path);
  }

  place(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  /** Stands in for a program; `$ROOT` is the host's root. */
  teach(name: string, program: string): void {
    const file = join(this.folder, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${program}\n`);
    chmodSync(file, 0o755);
  }

  run(
    mode: 'keep' | 'seal' | 'check' | 'undo',
    before: readonly string[] = [],
  ): { readonly code: number | null; readonly said: string } {
    const root = join(this.folder, 'root');
    const words = [...before, 'sh', join(this.folder, 'script'), mode, join(this.folder, 'state')];
    const ran = spawnSync(words[0] ?? 'sh', words.slice(1), {
      encoding: 'utf8',
      env: {
        ROOT: root,
        BULWARK_ROOT: root,
        PATH: `${join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      },
    });
    return { code: ran.status, said: (ran.stdout + ran.stderr).trim() };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
