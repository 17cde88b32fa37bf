/** Ends the app as a power cut would: every process of it at once, with no chance to tidy up. */
import { readdirSync, readFileSync } from 'node:fs';
import type { RunningApp } from './launch.ts';

function childrenOf(pid: number): readonly number[] {
  try {
    // A thread that starts a process has it among its own children.
    const direct = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return direct.flatMap((child) => [child, ...childrenOf(child)]);
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

export async function killApp(app: RunningApp): Promise<void> {
  const root = app.electron.process();
  const closed = app.electron.waitForEvent('close');
  const processes = root.pid === undefined ? [] : [root.pid, ...childrenOf(root.pid)];
  for (const pid of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended with its parent.
    }
  }
  await closed;
}
