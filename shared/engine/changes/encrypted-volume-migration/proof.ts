/** Whether a directory really lies on its encrypted volume, as the host's own tools say. Reads only. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import { readEdited } from './image.ts';
import {
  crypttabLine,
  dropinContent,
  fstabLine,
  hasLine,
  keyFileOf,
  mapperOf,
  type VolumeNames,
} from './tables.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;

/** `dmsetup table` prints no key without `--showkeys`; only the kind of the target is taken from it all the same. */
const proofScript = `${prelude}
path=$1; dev=$2; length=$3; boot=$4
key=$(cat)
[ "\${#key}" -eq "$length" ] || exit 52
uuid=$(cryptsetup luksUUID "$dev" 2>/dev/null) || uuid=
case $uuid in *[!0-9a-f-]* | '') echo "uuid="; exit 0 ;; esac
echo "uuid=$uuid"
mapper=luks-$uuid
while read -r _ _ number _ point _; do [ "$point" != "$path" ] || mounted=$number; done < /proc/self/mountinfo
echo "mounted=\${mounted:-}"
sys=/sys/class/block/$(basename "$(readlink -f "/dev/mapper/$mapper")")
echo "number=$(cat "$sys/dev" 2>/dev/null)"
for slave in "$sys"/slaves/*; do [ -e "$slave" ] && echo "below=\${slave##*/}"; done
echo "device=$(basename "$(readlink -f "$dev")")"
if command -v dmsetup >/dev/null 2>&1; then echo "target=$(dmsetup table "$mapper" 2>/dev/null | cut -d ' ' -f 3)"; else echo "target=$(cut -c 1-5 "$sys/dm/uuid" 2>/dev/null | tr CRYPT crypt)"; fi
echo "version=$(cryptsetup luksDump "$dev" 2>/dev/null | sed -n 's/^Version:[[:space:]]*//p')"
echo "fs=$(blkid -p -s UUID -o value "/dev/mapper/$mapper" 2>/dev/null)"
if [ "$length" != 0 ] && printf '%s' "$key" | cryptsetup open --test-passphrase --type luks2 --key-file - "$dev" 2>/dev/null; then echo opens=yes; fi
if [ "$boot" = key-file ]; then
  file=/etc/cryptsetup-keys.d/$mapper.key
  echo "keyfile=$(stat -c '%u %a' -- "$file" 2>/dev/null)"
  cryptsetup open --test-passphrase --type luks2 --key-file "$file" "$dev" 2>/dev/null && echo bootopens=yes
fi
exit 0
`;

export interface Proof {
  /** Names as they are on the device; undefined when it holds no LUKS volume. */
  readonly names: VolumeNames | undefined;
  /** Sentences on what is not as it should be; empty when everything is. */
  readonly shortcomings: readonly string[];
}

/** What is missing for the directory to lie on its volume now and after the next boot. */
export async function proveVolume(change: Change, context: ChangeContext): Promise<Result<Proof>> {
  const kept = await context.secrets.get(change.keyRef);
  if (!kept.ok && kept.error.code !== 'SECRET_MISSING') {
    return kept;
  }
  const key = kept.ok ? kept.value : new Secret('');
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-proof',
      script: proofScript,
      args: [change.path, change.device, String(key.reveal().length), change.unlock],
      stdin: key,
      privileged: true,
      deadlineSeconds: 120,
    },
    { doing: `look at the volume on ${change.device}` },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const lines = textOf(ran.value).split('\n');
  const value = (name: string) =>
    lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const luksUuid = /^[0-9a-f-]{36}$/.exec(value('uuid'))?.[0];
  if (luksUuid === undefined) {
    return succeed({ names: undefined, shortcomings: [`${change.device} holds no LUKS volume.`] });
  }
  const names: VolumeNames = { luksUuid, fsUuid: value('fs') };
  const files = await readEdited(change, context);
  if (!files.ok) {
    return files;
  }
  const [fstab, crypttab, dropin] = files.value;
  const wrong: readonly (readonly [boolean, string])[] = [
    [
      value('number') === '' || value('mounted') !== value('number'),
      `${change.path} is not mounted from the volume.`,
    ],
    [value('target') !== 'crypt', `${mapperOf(names)} is no dm-crypt device.`],
    [value('below') !== value('device'), `The open volume does not lie on ${change.device}.`],
    [value('version') !== '2', 'The volume is not of the format LUKS2.'],
    [value('opens') !== 'yes', 'The passphrase in the vault does not open the volume.'],
    [
      change.unlock === 'key-file' && (value('keyfile') !== '0 400' || value('bootopens') !== 'yes'),
      `The key file ${keyFileOf(names)} does not open the volume, or others than root may read it.`,
    ],
    [!(fstab && hasLine(fstab, fstabLine(change, names))), '/etc/fstab does not mount the volume.'],
    [
      !(crypttab && hasLine(crypttab, crypttabLine(change, names))),
      '/etc/crypttab does not open the volume.',
    ],
    [
      !dropin || textOf(dropin) !== dropinContent(change),
      `${change.unit} would start without its volume (its drop-in is missing).`,
    ],
  ];
  return succeed({ names, shortcomings: wrong.filter(([bad]) => bad).map(([, sentence]) => sentence) });
}
