/** Puts the files of a state in place. */
import { type Result, succeed } from '../../../domain/result.ts';
import { fromBase64 } from '../../before-image.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { type GroupMember, writeFilesTogether } from '../../host-file-group.ts';
import type { HostWriter } from '../../ports.ts';
import { type FirewallState, type StateFile, sameFile } from './state.ts';

/** SHA-256 of the content, or `absent`. */
export function digestOf(file: StateFile, { digest }: Pick<ChangeContext, 'digest'>): string {
  return file.was === 'absent' ? 'absent' : digest.sha256(fromBase64(file.bytes));
}

/**
 * Writes and removes what differs, in the order given, all of it or nothing: each file must still be as `from` has it.
 * Errors: FILE_CHANGED_UNDERNEATH, those of `writeFilesTogether`.
 * @param onlyWhile a path that must exist: a guard that is armed
 */
export async function putFiles(
  host: HostWriter,
  context: Pick<ChangeContext, 'digest' | 'tag'>,
  from: FirewallState,
  files: readonly StateFile[],
  onlyWhile?: string,
): Promise<Result<void>> {
  const members = files.flatMap((file): readonly GroupMember[] => {
    const was = from.files.find((one) => one.path === file.path);
    if (was !== undefined && sameFile(was, file)) {
      return [];
    }
    const expects = was === undefined ? {} : { expects: digestOf(was, context) };
    return file.was === 'absent'
      ? [{ path: file.path, bytes: undefined, ...expects }]
      : [
          {
            path: file.path,
            bytes: fromBase64(file.bytes),
            owner: String(file.uid),
            group: String(file.gid),
            mode: file.mode,
            ...(file.attributes === undefined ? {} : { attributes: file.attributes }),
            ...expects,
          },
        ];
  });
  return members.length === 0
    ? succeed(undefined)
    : await writeFilesTogether(host, members, {
        tag: context.tag,
        ...(onlyWhile === undefined ? {} : { onlyWhile }),
      });
}
