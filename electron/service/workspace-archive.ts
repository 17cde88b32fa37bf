/**
 * A workspace as one file, for another machine: a ustar archive whose first entry names every other one with its digest.
 * What is secret in a workspace (vault, before-images) stays encrypted in it; the rest is as readable as the folder is.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { replayJournal } from '../../shared/engine/journal/chain.ts';
import { systemDigest } from '../adapters/system/system.ts';
import { packTar, type TarFile, unpackTar } from './tar.ts';
import { readWorkspaceFile, workspacePaths, writeDurably } from './workspace-files.ts';

const manifestName = 'bulwark-workspace.json';
const manifestSchema = z.strictObject({
  format: z.literal('bulwark-workspace-archive'),
  version: z.literal(1),
  workspaceId: z.string(),
  createdAt: z.string(),
  files: z.array(
    z.strictObject({
      name: z.string(),
      bytes: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

/** What lies in a workspace, and nothing else: no other name gets out of an archive. */
const part =
  /^(?:workspace\.json|vault\.bwv|known_hosts|journal\/[A-Za-z0-9][A-Za-z0-9._-]*\.(?:jsonl|head)|blobs\/[0-9a-f]{32}\.blob|scans\/[A-Za-z0-9][A-Za-z0-9._-]*\.json|reports\/[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*){0,2})$/;
/** ustar without prefix. */
const longestName = 100;

export interface ArchiveReport {
  readonly file: string;
  readonly files: number;
  readonly bytes: number;
  /** Reports and scans whose names do not fit; a rollback does not need them. */
  readonly leftOut: readonly string[];
}

function invalid(why: string): Result<never> {
  return fail(
    appError(
      'WORKSPACE_INVALID',
      `This is not a whole workspace archive: ${why}.`,
      'Export the workspace again and copy the file as it is. Nothing was written.',
    ),
  );
}

function ioError(cause: unknown, doing: string): Result<never> {
  const { code } = cause as NodeJS.ErrnoException;
  return fail(
    code === 'ENOSPC' || code === 'EDQUOT'
      ? appError('DISK_FULL', `Could not ${doing}: the disk is full.`, 'Free space and try again.')
      : code === 'EEXIST'
        ? appError(
            'INPUT_INVALID',
            `Could not ${doing}: it exists already.`,
            'Give another name; nothing is overwritten.',
          )
        : appError('IO', `Could not ${doing}.`, 'Check the path and its permissions.', {
            detail: code ?? '',
          }),
  );
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Only while nobody else writes into the workspace. Errors: IO, DISK_FULL, INPUT_INVALID (`to` exists). */
export async function exportWorkspace(root: string, to: string): Promise<Result<ArchiveReport>> {
  const paths = workspacePaths(root);
  const read = await readWorkspaceFile(paths.file);
  if (!read.ok) return read;
  const target = resolve(to);
  const temporary = `${target}.${randomBytes(4).toString('hex')}.new`;
  try {
    const found = await readdir(root, { recursive: true, withFileTypes: true });
    const names = found
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .replaceAll('\\', '/'),
      )
      .filter((name) => !name.endsWith('.new') && name !== 'journal/writer.lock')
      .sort();
    const fits = (name: string) => part.test(name) && name.length <= longestName;
    const files: TarFile[] = [];
    for (const name of names.filter(fits)) files.push({ name, bytes: await readFile(join(root, name)) });
    const manifest = {
      format: 'bulwark-workspace-archive',
      version: 1,
      workspaceId: read.value.id,
      createdAt: new Date().toISOString(),
      files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length, sha256: sha256(bytes) })),
    };
    const archive = packTar([
      { name: manifestName, bytes: Buffer.from(JSON.stringify(manifest, null, 2)) },
      ...files,
    ]);
    await writeNew(temporary, archive);
    // A hard link never replaces what is there.
    await link(temporary, target);
    await rm(temporary);
    const leftOut = names.filter((name) => !fits(name));
    return succeed({ file: target, files: files.length, bytes: archive.length, leftOut });
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return ioError(cause, `write ${target}`);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function checked(bytes: Buffer): Result<readonly TarFile[]> {
  const unpacked = unpackTar(bytes);
  const [first, ...files] = unpacked ?? [];
  if (first === undefined || first.name !== manifestName) return invalid('it has another form');
  let manifest: z.infer<typeof manifestSchema>;
  try {
    manifest = manifestSchema.parse(JSON.parse(first.bytes.toString('utf8')));
  } catch {
    return invalid('its list of contents cannot be read');
  }
  if (manifest.files.length !== files.length) return invalid('it holds other files than it lists');
  const seen = new Set<string>();
  for (const [index, { name, bytes: content }] of files.entries()) {
    const said = manifest.files[index];
    // File systems that ignore case would make two names one.
    const key = name.toLowerCase();
    if (!part.test(name) || seen.has(key)) return invalid('it holds a name that no workspace has');
    seen.add(key);
    if (said?.name !== name || said.bytes !== content.length || said.sha256 !== sha256(content))
      return invalid(`${name} was changed`);
  }
  for (const { name, bytes: content } of files) {
    const hostId = /^journal\/(.*)\.jsonl$/.exec(name)?.[1];
    if (hostId === undefined) continue;
    const [, sequence, digest] =
      /^(\d+) ([0-9a-f]{64})\n$/.exec(
        files.find((file) => file.name === `journal/${hostId}.head`)?.bytes.toString('latin1') ?? '',
      ) ?? [];
    const kept = digest === undefined ? undefined : { sequence: Number(sequence), digest };
    const replay = replayJournal(content, hostId, systemDigest, kept);
    if (!replay.ok) return replay;
  }
  return seen.has('workspace.json') ? succeed(files) : invalid('workspace.json is missing');
}

/**
 * Makes a new workspace folder out of an archive. Errors: WORKSPACE_INVALID, JOURNAL_BROKEN, INPUT_INVALID (`into` exists),
 * IO, DISK_FULL; then nothing is left behind.
 */
export async function importWorkspace(
  file: string,
  into: string,
  /** Key file of this machine, for the hosts that are reached by one. */
  identity?: string,
): Promise<Result<ArchiveReport>> {
  const target = resolve(into);
  if (existsSync(target))
    return fail(
      appError(
        'INPUT_INVALID',
        `${target} exists already.`,
        'Give a folder that does not exist; nothing is overwritten.',
      ),
    );
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    return fail(appError('NOT_FOUND', `${file} cannot be read.`, 'Give the file that export wrote.'));
  }
  const files = checked(bytes);
  if (!files.ok) return files;
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.new`);
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    await chmod(temporary, 0o700);
    for (const one of files.value) {
      const path = join(temporary, one.name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeNew(path, one.bytes);
    }
    const workspace = await readWorkspaceFile(workspacePaths(temporary).file);
    if (!workspace.ok) {
      await rm(temporary, { recursive: true, force: true });
      return workspace;
    }
    const hosts = workspace.value.hosts.map((host) =>
      host.login.method === 'key-file' && identity !== undefined
        ? { ...host, login: { ...host.login, path: identity } }
        : host,
    );
    // A workspace is found by its folder, whose name is its id.
    const id = basename(target);
    if (identity !== undefined || id !== workspace.value.id)
      await writeDurably(
        workspacePaths(temporary).file,
        JSON.stringify({ ...workspace.value, id, hosts }, null, 2),
      );
    await rename(temporary, target);
    return succeed({ file: target, files: files.value.length, bytes: bytes.length, leftOut: [] });
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    return ioError(cause, `write ${target}`);
  }
}
