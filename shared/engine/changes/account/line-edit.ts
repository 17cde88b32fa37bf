/** Reads the account files of a host and changes single lines in them, atomically and only where nothing else moved. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { writeFileAtomic } from '../../host-files.ts';
import { textOf } from '../../host-script.ts';
import { readRegular } from '../single-file.ts';

export const accountFiles = {
  passwd: '/etc/passwd',
  shadow: '/etc/shadow',
  group: '/etc/group',
  gshadow: '/etc/gshadow',
} as const;
export type AccountFile = keyof typeof accountFiles;

/** Text of an account file; undefined when the host has none (gshadow is missing on small systems). */
export async function readAccountFile(
  context: ChangeContext,
  file: AccountFile,
): Promise<Result<string | undefined>> {
  const read = await readRegular(context, accountFiles[file]);
  return read.ok ? succeed(read.value === undefined ? undefined : textOf(read.value.bytes)) : read;
}

/** Edits a file and keeps its owner and mode; tries again when somebody else edits it in the same moment. */
export async function editAccountFile(
  context: ChangeContext,
  file: AccountFile,
  edit: (text: string) => string,
): Promise<Result<void>> {
  let last: Result<void> = succeed(undefined);
  for (let tries = 0; tries < 3; tries += 1) {
    const text = await readAccountFile(context, file);
    if (!text.ok) {
      return text;
    }
    const edited = text.value === undefined ? undefined : edit(text.value);
    if (edited === undefined || text.value === undefined || edited === text.value) {
      return succeed(undefined);
    }
    last = await writeFileAtomic(context.host, accountFiles[file], new TextEncoder().encode(edited), {
      tag: context.tag,
      expects: context.digest.sha256(text.value),
    });
    if (last.ok || last.error.code !== 'FILE_CHANGED_UNDERNEATH') {
      return last;
    }
    await context.clock.sleep(500, context.signal);
  }
  return last;
}

export function noSuchAccount(user: string): Result<never> {
  return fail(
    appError(
      'PRECONDITION_FAILED',
      `There is no local account ${user} on this host.`,
      'Assess the host again; accounts of a directory service are managed there.',
      {
        hostState: 'unchanged',
      },
    ),
  );
}
