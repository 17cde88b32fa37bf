import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { labPath } from './cache-folder.ts';
import { sleep } from './command.ts';

/** A process that can be recognised again: numbers are reused, a number with its start time is not. */
export interface ProcessMark {
  readonly pid: number;
  /** Start time in clock ticks since boot, field 22 of /proc/PID/stat. */
  readonly started: string;
}

export function processMark(pid: number): ProcessMark | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const started = fields[19];
    return started === undefined || fields[0] === 'Z' ? undefined : { pid, started };
  } catch {
    return undefined;
  }
}

export function isAlive(mark: ProcessMark): boolean {
  return processMark(mark.pid)?.started === mark.started;
}

/** Runs the work while no other living process holds the name. A lock whose owner died is taken over. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const file = labPath('run', `${name}.lock`);
  while (!take(file)) await sleep(200);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(processMark(process.pid)), { flag: 'wx' });
    return true;
  } catch {
    const owner = readMark(file);
    if (owner && !isAlive(owner)) rmSync(file, { force: true });
    return false;
  }
}

function readMark(file: string): ProcessMark | undefined {
  try {
    return parseMark(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

export function parseMark(value: unknown): ProcessMark | undefined {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value))
    return undefined;
  const { pid, started } = value;
  return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined;
}

/** Names in a folder; empty when it does not exist. */
export function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
