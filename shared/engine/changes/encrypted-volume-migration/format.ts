/** The volume before anything moves: formatted, opened and mounted aside; and all of that taken away again. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked } from '../../host-script.ts';
import { keyFileOf, mapperOf, type VolumeNames } from './tables.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;

/** Private folder of this step on the host's root file system. */
export function folderOf(tag: string): string {
  return `/var/lib/bulwark/${tag}/volume`;
}

/** Where the new volume is mounted while it is filled. */
export function mountAside(tag: string): string {
  return `${folderOf(tag)}/new`;
}

/**
 * The key comes on standard input and stays in a variable of this shell: `printf` is built in, so it is in no argument
 * list. Its length is checked, because a broken link closes standard input early. The memory of the key derivation is
 * bounded: it must be there at boot again.
 */
const formatScript = `${prelude}
d=$1; dev=$2; uuid=$3; mapper=$4; fs=$5; fsuuid=$6; keyfile=$7; length=$8
key=$(cat)
[ "\${#key}" -eq "$length" ] || exit 52
give() { printf '%s' "$key"; }
mkdir -p -- "$d" && chmod 700 /var/lib/bulwark "\${d%/*}" "$d" || exit 1
[ "$(cat "$d/state" 2>/dev/null)" = prepared ] || [ ! -e "$d/state" ] || exit 61
echo prepared > "$d/state"; sync
if [ "$(cryptsetup luksUUID "$dev" 2>/dev/null)" != "$uuid" ]; then
  blkid -p "$dev" >/dev/null 2>&1; [ $? = 2 ] || exit 60
  give | cryptsetup luksFormat --batch-mode --type luks2 --uuid "$uuid" --pbkdf-memory 131072 --iter-time 1000 --key-file - "$dev" || exit 1
fi
[ -e "/dev/mapper/$mapper" ] || give | cryptsetup open --type luks2 --key-file - "$dev" "$mapper" || exit 1
if [ -n "$keyfile" ] && [ ! -e "$keyfile" ]; then
  [ -d "\${keyfile%/*}" ] || mkdir -m 700 -- "\${keyfile%/*}" || exit 1
  head -c 64 /dev/urandom > "$d/boot-key" && chmod 400 "$d/boot-key" || exit 1
  [ "$(wc -c < "$d/boot-key")" -eq 64 ] || exit 1
  give | cryptsetup luksAddKey --batch-mode --pbkdf-memory 131072 --iter-time 1000 --key-file - "$dev" "$d/boot-key" || exit 1
  mv -- "$d/boot-key" "$keyfile" || exit 1
  if [ -e /sys/fs/selinux/enforce ]; then restorecon -- "$keyfile" 2>/dev/null || true; fi
fi
key=
case $fs in
  ext4) mkfs.ext4 -q -F -m 1 -U "$fsuuid" "/dev/mapper/$mapper" || exit 1 ;;
  xfs) mkfs.xfs -q -f -m uuid="$fsuuid" "/dev/mapper/$mapper" || exit 1 ;;
  *) exit 1 ;;
esac
mkdir -p -- "$d/new" && mount -- "/dev/mapper/$mapper" "$d/new" || exit 1
rmdir -- "$d/new/lost+found" 2>/dev/null
sync
exit 0
`;

/** Errors: PRECONDITION_FAILED (not empty any more), SSH_CONNECTION_LOST, COMMAND_FAILED; `dismantle` takes it away. */
export async function formatVolume(
  change: Change,
  names: VolumeNames,
  key: Secret,
  context: ChangeContext,
): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-format',
      script: formatScript,
      args: [
        folderOf(context.tag),
        change.device,
        names.luksUuid,
        mapperOf(names),
        change.fileSystem,
        names.fsUuid,
        change.unlock === 'key-file' ? keyFileOf(names) : '',
        String(key.reveal().length),
      ],
      stdin: key,
      privileged: true,
      deadlineSeconds: 900,
    },
    {
      doing: `make an encrypted volume on ${change.device}`,
      hostState: 'changed',
      explain: (output) =>
        output.exitCode === 60
          ? appError(
              'PRECONDITION_FAILED',
              `${change.device} is not empty any more.`,
              'Look at the device on the host, then plan again.',
              { hostState: 'unchanged' },
            )
          : output.exitCode === 61
            ? appError(
                'PRECONDITION_FAILED',
                'An earlier migration of this step is not settled.',
                'Let Bulwark settle the interrupted work of this host first.',
                { hostState: 'unchanged' },
              )
            : undefined,
    },
    context.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

/**
 * `erase` destroys the key slots and the header, so that the device is empty again: only for a volume that no service has
 * ever started on.
 */
const dismantleScript = `${prelude}
d=$1; dev=$2; uuid=$3; mapper=$4; keyfile=$5; erase=$6; keyfolder=$7
n=0
while mountpoint -q -- "$d/new"; do
  umount -- "$d/new" || { n=$((n + 1)); [ $n -lt 20 ] || exit 1; sleep 0.5; }
done
if [ -e "/dev/mapper/$mapper" ]; then cryptsetup close "$mapper" || exit 1; fi
rm -f -- "$keyfile"
if [ "$keyfolder" = absent ]; then rmdir -- "\${keyfile%/*}" 2>/dev/null; fi
if [ "$erase" = erase ] && [ "$(cryptsetup luksUUID "$dev" 2>/dev/null)" = "$uuid" ]; then
  cryptsetup luksErase --batch-mode "$dev" || exit 1
  wipefs -a -q -- "$dev" || exit 1
  dd if=/dev/zero of="$dev" bs=1048576 count=32 conv=notrunc,fsync 2>/dev/null || exit 1
fi
exit 0
`;

export interface Dismantling {
  readonly erase: boolean;
  /** The folder of the key file did not exist before. */
  readonly keyFolderNew: boolean;
}

/** Closes the volume and removes its key file; can be repeated. The directory must not lie on it any more. */
export async function dismantle(
  change: Change,
  names: VolumeNames,
  how: Dismantling,
  context: Pick<ChangeContext, 'host' | 'tag'>,
): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-dismantle',
      script: dismantleScript,
      args: [
        folderOf(context.tag),
        change.device,
        names.luksUuid,
        mapperOf(names),
        keyFileOf(names),
        how.erase ? 'erase' : 'keep',
        how.keyFolderNew ? 'absent' : 'there',
      ],
      privileged: true,
      deadlineSeconds: 300,
    },
    { doing: `close the volume on ${change.device}`, hostState: 'changed' },
  );
  return ran.ok ? succeed(undefined) : ran;
}
