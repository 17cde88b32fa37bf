/**
 * The journal as one file of JSON lines per host: mode 0600, appended and synced before `append` returns, checked against
 * its hash chain when it is opened, one writer at a time. Beside it lies the head, by which entries cut off at the end are
 * found.
 */
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { appError } from '../../../shared/domain/error.ts';
import { type HostId, hostIdSchema } from '../../../shared/domain/host.ts';
import type { JournalDraft, JournalEntry } from '../../../shared/domain/journal.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { type ChainHead, chainEntry, replayJournal } from '../../../shared/engine/journal/chain.ts';
import type { Clock, Digest, Journal } from '../../../shared/engine/ports.ts';
import { keepHead, keptHead } from './head-file.ts';
import { takeWriterLock, type WriterLock } from './writer-lock.ts';

export interface FileJournal extends Journal {
  /** Takes the writer's place now instead of at the first append. Errors: JOURNAL_IN_USE, IO. */
  claim(): Promise<Result<void>>;
  /** Lets go of the files and of the writer's place. */
  close(): Promise<void>;
}

export interface FileJournalOptions {
  readonly folder: string;
  readonly operator: string;
  readonly clock: Clock;
  readonly digest: Digest;
  /** How a journal is opened for appending, `node:fs/promises` when left out: a test watches it write and sync. */
  readonly openFile?: (path: string, flags: string, mode: number) => Promise<FileHandle>;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly entries: JournalEntry[];
  head: ChainHead;
  size: number;
}

const suffix = '.jsonl';

function ioError(error: unknown, doing: string): Result<never> {
  const code = (error as NodeJS.ErrnoException).code;
  return fail(
    code === 'ENOSPC' || code === 'EDQUOT'
      ? appError(
          'DISK_FULL',
          `Could not ${doing}: this machine's disk is full.`,
          'Free space and try again.',
          {
            retryable: true,
          },
        )
      : appError('IO', `Could not ${doing}.`, 'Check the workspace folder and its permissions.', {
          detail: error instanceof Error ? error.message : '',
          retryable: true,
        }),
  );
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; its file system journals the entry itself.
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function openFileJournal(options: FileJournalOptions): FileJournal {
  const { folder, digest, clock, operator, openFile = open } = options;
  const files = new Map<HostId, OpenFile>();
  let lock: WriterLock | undefined;
  // Appends run one after the other: the chain has one end.
  let queue: Promise<unknown> = Promise.resolve();

  const pathOf = (hostId: HostId) => join(folder, `${hostIdSchema.parse(hostId)}${suffix}`);

  async function claim(): Promise<Result<void>> {
    if (lock !== undefined) {
      return succeed(undefined);
    }
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      return ioError(error, 'create the journal folder');
    }
    const taken = takeWriterLock(folder);
    if (!taken.ok) {
      return taken;
    }
    lock = taken.value;
    return succeed(undefined);
  }

  async function openForWriting(hostId: HostId): Promise<Result<OpenFile>> {
    const known = files.get(hostId);
    if (known !== undefined) {
      return succeed(known);
    }
    const path = pathOf(hostId);
    const handle = await openFile(path, 'a+', 0o600);
    let keep = false;
    try {
      await handle.chmod(0o600);
      const bytes = new Uint8Array(await handle.readFile());
      const replay = replayJournal(bytes, hostId, digest, await keptHead(folder, hostId));
      if (!replay.ok) {
        return replay;
      }
      if (replay.value.tornBytes > 0) {
        await handle.truncate(replay.value.completeBytes);
        await handle.sync();
      }
      await syncFolder(dirname(path));
      const file: OpenFile = {
        handle,
        entries: [...replay.value.entries],
        head: replay.value.head,
        size: replay.value.completeBytes,
      };
      files.set(hostId, file);
      keep = true;
      return succeed(file);
    } finally {
      if (!keep) {
        await handle.close();
      }
    }
  }

  async function write(draft: JournalDraft): Promise<Result<JournalEntry>> {
    const claimed = await claim();
    if (!claimed.ok) {
      return claimed;
    }
    const opened = await openForWriting(draft.hostId);
    if (!opened.ok) {
      return opened;
    }
    const file = opened.value;
    if ((await file.handle.stat()).size !== file.size) {
      return fail(
        appError(
          'JOURNAL_BROKEN',
          `The journal of ${draft.hostId} was changed by another program after entry ${file.head.sequence - 1}.`,
          'Close everything that works on this workspace, then open it again.',
        ),
      );
    }
    const next = chainEntry(file.head, draft, { at: new Date(clock.now()).toISOString(), operator }, digest);
    const bytes = Buffer.from(`${next.line}\n`, 'utf8');
    try {
      await file.handle.appendFile(bytes);
      await file.handle.sync();
    } catch (error) {
      // Half a line must not stay in front of the next one.
      await file.handle.truncate(file.size).catch(() => undefined);
      throw error;
    }
    file.head = next.head;
    file.size += bytes.length;
    file.entries.push(next.entry);
    await keepHead(folder, draft.hostId, next.head);
    return succeed(next.entry);
  }

  async function readAll(
    hostId: HostId,
  ): Promise<Result<{ entries: readonly JournalEntry[]; head: ChainHead }>> {
    const known = files.get(hostId);
    if (known !== undefined) {
      return succeed({ entries: [...known.entries], head: known.head });
    }
    // The head first: what is appended in between only makes the journal longer than it says.
    const head = await keptHead(folder, hostId);
    let bytes: Uint8Array;
    try {
      const handle = await open(pathOf(hostId), 'r');
      try {
        bytes = new Uint8Array(await handle.readFile());
      } finally {
        await handle.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        bytes = new Uint8Array();
      } else {
        return ioError(error, `read the journal of ${hostId}`);
      }
    }
    const replay = replayJournal(bytes, hostId, digest, head);
    return replay.ok ? succeed({ entries: replay.value.entries, head: replay.value.head }) : replay;
  }

  return {
    claim,
    append: (draft) => {
      const result = queue.then(async () => {
        try {
          return await write(draft);
        } catch (error) {
          return ioError(error, `write into the journal of ${draft.hostId}`);
        }
      });
      queue = result;
      return result;
    },
    read: async (hostId) => {
      await queue;
      const all = await readAll(hostId);
      return all.ok ? succeed(all.value.entries) : all;
    },
    heads: async () => {
      await queue;
      let names: readonly string[];
      try {
        names = await readdir(folder);
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? succeed({})
          : ioError(error, 'list the journals');
      }
      const heads: Record<string, string> = {};
      for (const name of names.filter((each) => each.endsWith(suffix)).sort()) {
        const hostId = name.slice(0, -suffix.length);
        const all = await readAll(hostId);
        if (!all.ok) {
          return all;
        }
        if (all.value.entries.length > 0) {
          heads[hostId] = all.value.head.digest;
        }
      }
      return succeed(heads);
    },
    close: async () => {
      await queue;
      for (const file of files.values()) {
        await file.handle.close();
      }
      files.clear();
      lock?.release();
      lock = undefined;
    },
  };
}
