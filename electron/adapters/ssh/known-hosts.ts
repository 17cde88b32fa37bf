/** The operator's record of host keys: known_hosts files read as OpenSSH reads them, and one of them written. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { appError } from '../../../shared/domain/error.ts';
import type { HostKey } from '../../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { describeKey } from './host-key.ts';
import {
  formatKnownHostsLine,
  type KnownHostsLine,
  knownHostsName,
  matchesName,
  parseKnownHostsLine,
  withoutName,
} from './known-hosts-line.ts';

export type HostKeyVerdict =
  | { readonly verdict: 'known' }
  | { readonly verdict: 'unknown' }
  /** The host is on record with other keys. */
  | { readonly verdict: 'changed'; readonly known: readonly HostKey[] }
  | { readonly verdict: 'revoked' }
  /** Only a certificate authority vouches for the host. */
  | { readonly verdict: 'unsupported' };

export interface KnownHosts {
  judge(address: string, port: number, blob: Uint8Array): Promise<Result<HostKeyVerdict>>;
  /** Types of the keys on record for a host, so that the server can be asked for one of them. */
  knownTypes(address: string, port: number): Promise<Result<readonly string[]>>;
  /** Remembers a key. Durable when it returns. */
  add(address: string, port: number, blob: Uint8Array): Promise<Result<void>>;
  /**
   * Takes the name out of the own file, so that the next key is an unknown one. Keys that others vouch for, patterns, revoked
   * keys and authorities stay: they speak about more than this host. Durable when it returns. Errors: IO.
   */
  forget(address: string, port: number): Promise<Result<void>>;
}

export interface KnownHostsFiles {
  /** The file that new keys are added to; created with mode 600 when it is missing. */
  readonly own: string;
  /** Further files that are only read, e.g. the user's and the machine's. */
  readonly others?: readonly string[];
  /** Whether new names are written hashed. */
  readonly hashed: boolean;
}

export function judgeKey(lines: readonly KnownHostsLine[], name: string, blob: Uint8Array): HostKeyVerdict {
  const ours = lines.filter((line) => matchesName(line.hosts, name));
  const same = (line: KnownHostsLine) => Buffer.compare(line.blob, blob) === 0;
  if (ours.some((line) => line.marker === 'revoked' && same(line))) return { verdict: 'revoked' };
  const plain = ours.filter((line) => line.marker === 'none');
  if (plain.some(same)) return { verdict: 'known' };
  if (plain.length > 0) return { verdict: 'changed', known: plain.map((line) => describeKey(line.blob)) };
  return { verdict: ours.some((line) => line.marker === 'cert-authority') ? 'unsupported' : 'unknown' };
}

export function createKnownHosts(files: KnownHostsFiles): KnownHosts {
  const paths = [files.own, ...(files.others ?? [])];
  let writing: Promise<unknown> = Promise.resolve();

  async function lines(): Promise<Result<readonly KnownHostsLine[]>> {
    const all: KnownHostsLine[] = [];
    for (const path of paths) {
      const text = await readText(path);
      if (!text.ok) return text;
      for (const line of text.value.split('\n')) {
        const parsed = parseKnownHostsLine(line);
        if (parsed !== undefined) all.push(parsed);
      }
    }
    return succeed(all);
  }

  async function append(line: string): Promise<Result<void>> {
    const text = await readText(files.own);
    if (!text.ok) return text;
    const glue = text.value === '' || text.value.endsWith('\n') ? '' : '\n';
    return writeWhole(files.own, `${text.value}${glue}${line}\n`);
  }

  async function take(name: string): Promise<Result<void>> {
    const text = await readText(files.own);
    if (!text.ok) return text;
    const before = text.value.split('\n');
    const after = before.flatMap((line) => withoutName(line, name) ?? []);
    if (after.join('\n') === text.value) return succeed(undefined);
    return writeWhole(files.own, after.join('\n'));
  }

  function inTurn(work: () => Promise<Result<void>>): Promise<Result<void>> {
    const written = writing.then(work);
    writing = written.catch(() => undefined);
    return written;
  }

  return {
    async judge(address, port, blob) {
      const all = await lines();
      return all.ok ? succeed(judgeKey(all.value, knownHostsName(address, port), blob)) : all;
    },
    async knownTypes(address, port) {
      const all = await lines();
      if (!all.ok) return all;
      const name = knownHostsName(address, port);
      const ours = all.value.filter((line) => line.marker === 'none' && matchesName(line.hosts, name));
      return succeed([...new Set(ours.map((line) => line.type))]);
    },
    async add(address, port, blob) {
      const line = formatKnownHostsLine(knownHostsName(address, port), blob, files.hashed);
      return inTurn(() => append(line));
    },
    forget: (address, port) => inTurn(() => take(knownHostsName(address, port))),
  };
}

async function readText(path: string): Promise<Result<string>> {
  try {
    return succeed(await readFile(path, 'latin1'));
  } catch (cause) {
    if (isMissing(cause)) return succeed('');
    return fail(
      appError(
        'IO',
        `The known hosts file ${path} cannot be read.`,
        'Check its owner and mode, then connect again.',
        {
          detail: String(cause),
        },
      ),
    );
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}

/** Replaces a file in one step, so that a crash leaves the old or the new text and never half of one. */
async function writeWhole(path: string, text: string): Promise<Result<void>> {
  const temporary = join(dirname(path), `.known-hosts-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text, 'latin1');
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(temporary, 0o600);
    await rename(temporary, path);
    return succeed(undefined);
  } catch (cause) {
    await rm(temporary, { force: true });
    return fail(
      appError(
        'IO',
        `The known hosts file ${path} cannot be written.`,
        'Check its folder and the free space, then connect again.',
        {
          detail: String(cause),
        },
      ),
    );
  }
}
