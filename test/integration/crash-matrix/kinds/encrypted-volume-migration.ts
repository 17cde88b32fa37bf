import { dataPath, volumeChange, volumePrepare, wipe } from '../../../support/volume-bench.ts';
import { type KindFile, matrixKind, onOwnKernel } from '../contract.ts';

const home = '/srv/scribe';
const kept = '/root/kept';
const unit = 'scribe.service';
/** The volume has another identity each time it is made. */
const sameNames = `sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/ID/g'`;

export const kinds: KindFile = [
  {
    ...onOwnKernel(
      matrixKind<'encrypted-volume-migration'>({
        kind: 'encrypted-volume-migration',
        scenario: 'bare-spare-disk',
        // Contents and times are the same on every host, so that what is learned on one holds on another.
        prepare: `if [ ! -d ${kept} ]; then
  (${volumePrepare})
  systemctl stop ${unit}; rm -f ${dataPath}/log; yes lab | head -c 3000000 > ${dataPath}/sub/large
  find ${home} -exec touch -h -d '2001-02-03 04:05:06.123456789' {} +
  mkdir ${kept}; cp -a ${home} ${kept}/home; cp -a /etc/fstab ${kept}/
fi
systemctl reset-failed ${unit} 2>/dev/null || true; systemctl stop ${unit}
while umount -q ${dataPath}; do :; done
findmnt -rn -o TARGET,SOURCE | grep '/dev/mapper/' | cut -d' ' -f1 | xargs -r -n1 umount
for m in /dev/mapper/*; do [ "$m" = /dev/mapper/control ] || cryptsetup close "$m"; done
rm -rf ${home} /etc/crypttab /etc/cryptsetup-keys.d; rm -rf /etc/systemd/system/${unit}.d; cp -a ${kept}/home ${home}; cp -a ${kept}/fstab /etc/fstab
${wipe}
systemctl daemon-reload; systemctl start ${unit}`,
        change: () => Promise.resolve(volumeChange),
        // What undoing leaves on purpose, the old data and the closed device, is not looked at: the operator removes it.
        witness: `cd ${dataPath}
find . ! -name log ! -path ./lost+found -print0 | sort -z | xargs -0 -n 1 sh -c '
  stat -c "%n %F %u:%g %a %h" -- "$1"; [ -d "$1" ] || stat -c "%s %y" -- "$1"; [ ! -f "$1" ] || sha256sum < "$1"
  [ ! -L "$1" ] || readlink "$1"; getfattr -h -d -m - -e hex -- "$1" 2>/dev/null | sort' sh
for i in $(seq 60); do [ "$(systemctl is-active ${unit})" = activating ] || break; sleep 1; done
echo "the service is $(systemctl is-active ${unit})"
lsblk -n -s -o TYPE "$(findmnt -n -o SOURCE -T ${dataPath})"; findmnt -n -o FSTYPE -T ${dataPath}
{ for f in /etc/fstab /etc/crypttab; do stat -c '%n %u:%g %a' $f 2>&1; cat $f; echo; getfattr -d $f; done
find /etc/systemd/system /etc/cryptsetup-keys.d | sort; ls /dev/mapper; } 2>/dev/null | ${sameNames}`,
        folders: ['/'],
        edit: `echo theirs > ${dataPath}/theirs; touch -d '2002-02-02' ${dataPath}/theirs`,
        unit,
        atomic: false,
      }),
    ),
    scenario: 'bare-spare-disk',
    caseSeconds: 60,
  },
];
