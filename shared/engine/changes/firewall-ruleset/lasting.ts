/** Puts the files of a state in place. */
import { type Result, succeed } from '../../../domain/result.ts';
import { fromBase64 } from '../../before-image.ts';
import { removeFile, writeFileAtomic } from '../../host-files.ts';
import type { HostWriter } from '../../ports.ts';
import { type FirewallState, type StateFile, sameFile } from './state.ts';

export async function putFile(host: HostWriter, file: StateFile, tag: string): Promise<Result<void>> {
  if (file.was === 'absent') {
    return removeFile(host, file.path);
  }
  return writeFileAtomic(host, file.path, fromBase64(file.bytes), {
    owner: String(file.uid),
    group: String(file.gid),
    mode: file.mode,
    tag,
  });
}

/** Writes what differs, in the order of the state. */
export async function putFiles(
  host: HostWriter,
  from: FirewallState,
  to: FirewallState,
  tag: string,
): Promise<Result<void>> {
  for (const file of to.files) {
    const was = from.files.find((one) => one.path === file.path);
    if (was !== undefined && sameFile(was, file)) {
      continue;
    }
    const put = await putFile(host, file, tag);
    if (!put.ok) {
      return put;
    }
  }
  return succeed(undefined);
}
