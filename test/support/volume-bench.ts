/** A lab host with an empty second disk and a plain service that writes into a directory full of odd files. */
import { expect } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import type { LabHost } from '../lab/index.ts';
import { type LabBench, labBench } from './lab-bench.ts';

export const dataPath = '/srv/scribe/data';

export const volumeChange: ChangeOf<'encrypted-volume-migration'> = {
  kind: 'encrypted-volume-migration',
  path: dataPath,
  device: '/dev/ubdb',
  unit: 'scribe.service',
  fileSystem: 'ext4',
  unlock: 'key-file',
  keyRef: 'es/lab/volume',
};

/** The service opens its file for every line, so that nothing is seen open between two. */
const unit = `[Unit]
Description=Writes a line twice a second
[Service]
User=operator
ExecStart=/bin/sh -c 'while :; do date +%%s.%%N >> ${dataPath}/log; sleep 0.5; done'
[Install]
WantedBy=multi-user.target
`;

/** Makes the directory, its service and a table of file systems, on a host that has none of them yet. */
export const volumePrepare = `set -e
mkdir -p ${dataPath}/sub/deep "${dataPath}/odd name" ${dataPath}/empty; cd ${dataPath}
head -c 3000000 /dev/urandom > sub/large; echo one > sub/one; ln sub/one sub/deep/same; ln -s ../sub/one "odd name/link"
printf 'x' > "odd name/-dash *"; : > sub/nothing; mkfifo sub/pipe; truncate -s 5M sub/sparse
chown -R operator:operator ${dataPath}; chmod 2750 ${dataPath}; chmod 4711 sub/one; chmod 0 sub/nothing; chown 4242:4243 sub/large
setfattr -n user.origin -v lab sub/large; setfacl -m u:deploy:r "odd name/-dash *"; setfacl -d -m u:deploy:rx sub/deep
touch -d '2001-02-03 04:05:06.123456789' sub/large sub/deep; touch -h -d 1999-01-01 "odd name/link"
chmod 755 /srv/scribe
cat > /etc/systemd/system/scribe.service <<'END'
${unit}END
printf '# kept\\ttab   and no newline at the end\\n\\nproc /proc proc defaults 0 0' > /etc/fstab
chmod 664 /etc/fstab; setfattr -n user.note -v mine /etc/fstab
systemctl daemon-reload; systemctl enable -q --now scribe.service; sleep 1`;

/** A host with its own kernel that has just started on a busy machine may drop the first logins. */
export async function patientBench(host: LabHost): Promise<LabBench> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await labBench(host);
    } catch (error) {
      if (tries === 6) throw error;
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

export async function volumeBench(host: LabHost): Promise<LabBench> {
  const bench = await patientBench(host);
  await bench.see(volumePrepare);
  return bench;
}

/**
 * Everything about the directory but the file that the service writes: read by tools of the host, past the product. XFS shows
 * ACLs twice; the second form is left out.
 */
export const treeScript = `cd ${dataPath} && find . ! -name log ! -path ./lost+found -print0 | sort -z | xargs -0 -n 1 sh -c '
  stat -c "%n %F %u:%g %a %h" -- "$1"; [ -d "$1" ] || stat -c "%s %y" -- "$1"; [ ! -f "$1" ] || sha256sum < "$1"
  [ ! -L "$1" ] || readlink "$1"; getfattr -h -d -m - -e hex -- "$1" 2>/dev/null | grep -v ^trusted.SGI_ACL_ | sort' sh`;

/** What the migration may not change beside the directory, or must put back to the byte. */
export const surroundingsScript = `
for f in /etc/fstab /etc/crypttab; do stat -c '%n %u:%g %a' $f 2>&1; sha256sum < $f; getfattr -d $f 2>/dev/null; done
find /etc/systemd/system /etc/cryptsetup-keys.d /run/systemd/system 2>/dev/null | grep -v transient | sort
ls -A /srv/scribe /var/lib/bulwark /run/bulwark 2>/dev/null; ls /dev/mapper; findmnt -n -o TARGET,SOURCE ${dataPath}; true`;

const emptyDevice =
  'wipefs -n /dev/ubdb | wc -l; head -c 16M /dev/ubdb | tr -d "\\0" | wc -c; ls /dev/mapper';
/** Makes the second disk empty again. */
export const wipe =
  'wipefs -a -q /dev/ubdb; dd if=/dev/zero of=/dev/ubdb bs=1M count=32 conv=notrunc 2>/dev/null; sync';
/** The same, and removes the directories that earlier migrations have kept. */
export const wipeAll = `rm -rf ${dataPath}.before-encryption-*; ${wipe}`;

export interface Old {
  readonly tree: string;
  readonly around: string;
}

export async function seeOld(bench: LabBench): Promise<Old> {
  return { tree: await bench.see(treeScript), around: await bench.see(surroundingsScript) };
}

/** Everything is as it was before the migration, the service runs, the device is empty. */
export async function expectOld(bench: LabBench, old: Old): Promise<void> {
  expect(await seeOld(bench)).toEqual(old);
  expect(await bench.see(emptyDevice)).toBe('0\n0\ncontrol\n');
  expect(await bench.see('systemctl is-active scribe')).toBe('active\n');
}
