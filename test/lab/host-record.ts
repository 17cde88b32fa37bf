import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entries } from './lock.ts';
import type { Namespace } from './namespace.ts';

/** What is known about a host that is up; written beside the lab's record so that other commands find it. */
export interface HostRecord {
  readonly name: string;
  readonly scenario: string;
  readonly index: number;
  /** Runs a Linux of its own instead of sharing the outer one. */
  readonly ownKernel: boolean;
  readonly address: string;
  readonly user: string;
  readonly password: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** Password of the built-in user `elastic`, where the scenario has one that somebody knows. */
  readonly elasticPassword?: string;
}

/** Hosts of a lab, as its folder records them. */
export function recordedHosts(space: Namespace): readonly HostRecord[] {
  return entries(space.folder)
    .filter((name) => name.endsWith('.host.json'))
    .flatMap((name) => readHost(join(space.folder, name)) ?? []);
}

function readHost(file: string): HostRecord | undefined {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isHostRecord(value) ? value : undefined;
}

function isHostRecord(value: unknown): value is HostRecord {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['name', 'scenario', 'address', 'user', 'password', 'identityFile', 'knownHostsFile'];
  const fields = new Map(Object.entries(value));
  return (
    texts.every((key) => typeof fields.get(key) === 'string') &&
    typeof fields.get('index') === 'number' &&
    typeof fields.get('ownKernel') === 'boolean'
  );
}

export function writeRecord(space: Namespace, record: HostRecord): void {
  writeFileSync(join(space.folder, `${record.name}.host.json`), JSON.stringify(record), { mode: 0o600 });
}
