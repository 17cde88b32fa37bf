/** Puts the files of a state in place. */
import { type Result, succeed } from '../../../domain/result.ts';
import { fromBase64 } from '../../before-image.ts';
import { removeFile, writeFileAtomic } from '../../host-files.ts';
import type { HostWriter } from '../../ports.ts';
import { type FirewallState, type StateFile, sameFile } from './state.ts';

/** @param onlyWhile a path that must exist: a guard that is armed */
export async function putFile(
  host: HostWriter,
  file: StateFile,
  tag: string,
  onlyWhile?: string,
): Promise<Result<void>> {
  const needs = onlyWhile === undefined ? {} : { onlyWhile };
  if (file.was === 'absent') {
    return removeFile(host, file.path, needs);
  }
  return writeFileAtomic(host, file.path, fromBase64(file.bytes), {
    owner: String(file.uid),
    group: String(file.gid),
    mode: file.mode,
    tag,
    ...needs,
  });
}

/** Writes what differs, in the order of the state. */
export async function putFiles(
  host: HostWriter,
  from: FirewallState,
  to: FirewallState,
  tag: string,
  onlyWhile?: string,
): Promise<Result<void>> {
  for (const file of to.files) {
    const was = from.files.find((one) => one.path === file.path);
    if (was !== undefined && sameFile(was, file)) {
      continue;
    }
    const put = await putFile(host, file, tag, onlyWhile);
    if (!put.ok) {
      return put;
    }
  }
  return succeed(undefined);
}
