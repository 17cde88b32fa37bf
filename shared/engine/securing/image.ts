/** Before-image: a line of JSON about the node, then the configuration directory as a tar archive. */

import type { EsInstall } from '../../domain/elasticsearch.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { readUnit } from '../elasticsearch/service.ts';
import { readFile } from '../host-files.ts';
import { goIn, privateIn } from '../host-folder.ts';
import { prelude, runChecked } from '../host-script.ts';
import type { ClusterState } from './cluster.ts';
import { type DataPath, readDataPaths } from './data.ts';
import { othersIn, readEntries } from './entries.ts';

/** A configuration directory is some kilobytes; synonym files and dictionaries can make it megabytes. */
const maxTarBytes = 64 * 1024 * 1024;

export interface Image {
  readonly version: 1;
  /** SHA-256 of elasticsearch.yml before. */
  readonly yml: string;
  readonly data: readonly DataPath[];
  /** Lines about what securing a node does not write itself. Images of earlier releases lack them. */
  readonly others?: readonly string[];
  /** Of which kind `others` is; images of earlier releases lack it and are of the kind `all`. */
  readonly certs?: 'all' | 'made';
  /** Whether the node ran. */
  readonly active: boolean;
  /** What has to be there again, where that is compared. */
  readonly standing?: ClusterState & { readonly documents: Readonly<Record<string, number>> };
}

const packScript = `${prelude}
set --  "$1" --numeric-owner
if tar --version 2>/dev/null | grep -q GNU; then set -- "$@" --xattrs --acls; fi
conf=$1; shift
tar "$@" -C "$conf" -cf - .
`;

// Into a private folder that the script stands in: the folder above it may belong to the service user.
export const unpackScript = `${prelude}${goIn}${privateIn}
target=$1; set -- --numeric-owner
if tar --version 2>/dev/null | grep -q GNU; then set -- "$@" --xattrs --acls; fi
go_in "\${target%/*}" || exit $?
only_own || exit 50
target=./\${target##*/}
mkdir -m 700 -- "$target" || exit 1
tar "$@" -xpf - -C "$target" || exit 1
sync
`;

/**
 * @param more.data whether the data directories are traded too, and so have to be known on the way back
 * @param more.certs see `othersIn`
 */
export async function packImage(
  context: ChangeContext,
  install: EsInstall,
  more: { readonly data: boolean; readonly certs: 'all' | 'made' } & Pick<Image, 'standing'>,
): Promise<Result<Uint8Array>> {
  const yml = await readFile(context.host, `${install.pathConf}/elasticsearch.yml`);
  const data = more.data ? await readDataPaths(context, install) : succeed([]);
  const entries = await readEntries(context, install.pathConf);
  const unit =
    install.unit === undefined ? undefined : await readUnit(context.host, install.unit, context.signal);
  const tar = await runChecked(
    context.host,
    {
      name: 'pack-configuration',
      script: packScript,
      args: [install.pathConf],
      privileged: true,
      deadlineSeconds: 120,
      maxOutputBytes: maxTarBytes,
    },
    { doing: `copy ${install.pathConf}` },
    context.signal,
  );
  if (!yml.ok || !data.ok || !entries.ok || unit?.ok === false || !tar.ok) {
    const first = [yml, data, entries, unit, tar].find((one) => one?.ok === false);
    return first as Result<never>;
  }
  const image: Image = {
    version: 1,
    yml: yml.value === 'absent' ? 'absent' : context.digest.sha256(yml.value.bytes),
    data: data.value,
    others: othersIn(entries.value, more.certs),
    certs: more.certs,
    active: unit?.ok === true && unit.value.state.mainPid !== 0,
    ...(more.standing === undefined ? {} : { standing: more.standing }),
  };
  const line = new TextEncoder().encode(`${JSON.stringify(image)}\n`);
  const bytes = new Uint8Array(line.length + tar.value.length);
  bytes.set(line);
  bytes.set(tar.value, line.length);
  return succeed(bytes);
}

/** Throws when it is not one of ours: it comes out of an authenticated store, so that is a mistake in the program. */
export function readImage(bytes: Uint8Array): { readonly image: Image; readonly tar: Uint8Array } {
  const end = bytes.indexOf(10);
  const image = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Image;
  return { image, tar: bytes.subarray(end + 1) };
}

/** Unpacks the old configuration into a directory that must not exist, with owners, modes and times. */
export async function unpackImage(
  context: ChangeContext,
  tar: Uint8Array,
  target: string,
): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'unpack-configuration',
      script: unpackScript,
      args: [target],
      stdin: tar,
      privileged: true,
      deadlineSeconds: 120,
    },
    { doing: 'unpack the old configuration' },
    context.signal,
  );
  return ran.ok ? succeed(undefined) : fail(ran.error);
}
