/**
 * One writer per journal folder. The lock file names the process by its number and its start time (a number alone is given
 * to another process sooner or later); a lock whose process is gone is taken over.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appError } from '../../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';

export interface WriterLock {
  release(): void;
}

/** Fields of proc(5)'s stat from the third on: the second is a name in parentheses and may hold spaces. */
function statOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Start time in clock ticks since boot with the boot's id, where the system tells it; empty elsewhere. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${statOf(pid)[19] ?? ''}`;
  } catch {
    return '';
  }
}

/** Ended, and its parent has not asked how: it has a number and a start time, and will never write again. */
function isZombie(pid: number): boolean {
  try {
    return /^[ZXx]$/.test(statOf(pid)[0] ?? '');
  } catch {
    return false;
  }
}

function alive(pid: number): boolean {
  if (isZombie(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function holder(text: string): { readonly pid: number; readonly start: string } | undefined {
  const match = /^(\d+) (\S*)\n$/.exec(text);
  return match === null ? undefined : { pid: Number(match[1]), start: match[2] ?? '' };
}

/** Errors: JOURNAL_IN_USE, IO. */
export function takeWriterLock(folder: string): Result<WriterLock> {
  const path = join(folder, 'writer.lock');
  const mine = join(folder, `writer.${process.pid}.${randomBytes(6).toString('hex')}`);
  const content = `${process.pid} ${startOf(process.pid)}\n`;
  try {
    writeFileSync(mine, content, { mode: 0o600, flag: 'wx' });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        // A hard link appears with its content or not at all, and never replaces one that is there.
        linkSync(mine, path);
        unlinkSync(mine);
        return succeed({
          release: () => {
            try {
              if (readFileSync(path, 'utf8') === content) {
                unlinkSync(path);
              }
            } catch {
              // Gone already: nothing to release.
            }
          },
        });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          throw error;
        }
      }
      const found = readFileSync(path, 'utf8');
      const other = holder(found);
      if (
        other !== undefined &&
        alive(other.pid) &&
        (other.start === '' || startOf(other.pid) === other.start)
      ) {
        unlinkSync(mine);
        return fail(
          appError(
            'JOURNAL_IN_USE',
            `Another Bulwark (process ${other.pid}) is writing into this workspace.`,
            'Close the other window or wait until the other command has ended.',
            { retryable: true },
          ),
        );
      }
      const stale = `${mine}.stale`;
      renameSync(path, stale);
      if (readFileSync(stale, 'utf8') !== found) {
        // Somebody else was faster and already wrote a new lock: put theirs back.
        linkSync(stale, path);
      }
      unlinkSync(stale);
    }
    unlinkSync(mine);
    return fail(
      appError('JOURNAL_IN_USE', 'The workspace is being opened by another Bulwark.', 'Try again.', {
        retryable: true,
      }),
    );
  } catch (error) {
    return fail(
      appError(
        'IO',
        'The journal folder cannot be locked.',
        'Check that the workspace folder can be written to.',
        {
          detail: (error as Error).message,
        },
      ),
    );
  }
}
