/** Why a directory cannot move to a device. Pure: one sentence and one next step per reason. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { blockOf, chainBelow, type DeviceLook, type Look, liesOnCrypt } from './look.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;
type Reason = readonly [message: string, nextStep: string];

const mebibyte = 1_048_576;

/** Room on the device: the data and a third more, because Elasticsearch stops filling a disk at 85 %, and the volume's own. */
export function neededBytes(usedBytes: number): number {
  return Math.ceil(usedBytes * 1.3) + 256 * mebibyte;
}

export function inWords(bytes: number): string {
  const gibibytes = bytes / (1024 * mebibyte);
  return gibibytes >= 1 ? `${gibibytes.toFixed(1)} GiB` : `${Math.ceil(bytes / mebibyte)} MiB`;
}

function install(look: Look, apt: string, other: string): string {
  if (look.tools.has('apt-get')) {
    return `Install the package ${apt} (apt-get install ${apt}), then plan again.`;
  }
  const manager = ['dnf', 'yum', 'zypper'].find((tool) => look.tools.has(tool));
  return manager === undefined
    ? `Install ${other} on the host, then plan again.`
    : `Install the package ${other} (${manager} install ${other}), then plan again.`;
}

function toolMissing(change: Change, look: Look): Reason | undefined {
  if (look.container !== '') {
    return [
      `This host is a container (${look.container}); its disks are the outer machine's.`,
      'Encrypt the storage on the outer machine.',
    ];
  }
  if (!(look.tools.has('systemctl') && look.tools.has('systemd'))) {
    return ['This host does not run systemd.', 'Follow the manual steps of the finding.'];
  }
  if (!look.tools.has('cryptsetup')) {
    return ['cryptsetup is not installed on this host.', install(look, 'cryptsetup', 'cryptsetup')];
  }
  if (!(look.cryptsetup >= 2)) {
    return ['cryptsetup on this host is older than 2.0 and knows no LUKS2.', 'Update cryptsetup.'];
  }
  if (!look.tools.has('systemd-cryptsetup')) {
    return [
      'systemd on this host cannot open encrypted volumes at boot.',
      install(look, 'systemd-cryptsetup', 'systemd-udev'),
    ];
  }
  const mkfs = `mkfs.${change.fileSystem}`;
  if (!look.tools.has(mkfs)) {
    const [apt, other] = change.fileSystem === 'xfs' ? ['xfsprogs', 'xfsprogs'] : ['e2fsprogs', 'e2fsprogs'];
    return [`${mkfs} is not installed on this host.`, install(look, apt, other)];
  }
  const missing = ['blkid', 'wipefs', 'sha256sum', 'xargs', 'du'].find((tool) => !look.tools.has(tool));
  return missing === undefined
    ? undefined
    : [`${missing} is not installed on this host.`, 'Install it (util-linux, coreutils or findutils).'];
}

function pathRefused(change: Change, look: Look): Reason | undefined {
  const { path } = change;
  if (look.path !== 'directory') {
    return look.path === 'link'
      ? [`${path} is a symbolic link.`, `Name the directory that it points to (${look.real}).`]
      : [`${path} is not a directory.`, 'Assess the host again.'];
  }
  if (look.real !== path) {
    return [`${path} is reached through a symbolic link.`, `Name the directory itself (${look.real}).`];
  }
  const nested = look.mounts
    .filter((mount) => mount.point.startsWith(`${path}/`))
    .map((mount) => mount.point);
  if (look.mounts.some((mount) => mount.point === path)) {
    const more = nested.length === 0 ? '' : ` Below it ${nested.join(', ')} is mounted as well.`;
    return [
      `${path} is a mount point already, so it cannot be set aside in one step.${more}`,
      'Follow the manual steps of the finding.',
    ];
  }
  if (nested.length > 0) {
    return [`Below ${path} lies another mount: ${nested.join(', ')}.`, 'Unmount it, or move it by hand.'];
  }
  if (liesOnCrypt(look, path)) {
    return [`${path} lies on encrypted storage already.`, 'Nothing needs to be done.'];
  }
  if (look.oddNames) {
    return [`A file name below ${path} holds a line break.`, 'Rename the file, then plan again.'];
  }
  if (look.opened.length > 0) {
    return [
      `Other processes than ${change.unit} have files below ${path} open: ${look.opened.join(', ')}.`,
      'End them, then plan again: nothing may write while the data moves.',
    ];
  }
  return look.unitLoaded
    ? undefined
    : [`systemd knows no unit ${change.unit}.`, 'Name the unit of the service that writes there.'];
}

/** Disks that carry the running system: those below the mounts that it cannot do without. */
function systemDisks(look: Look): ReadonlySet<string> {
  const points = ['/', '/boot', '/boot/efi', '/usr', '/var', '/etc'];
  return new Set(
    points.flatMap((point) => {
      const block = look.mounts.some((mount) => mount.point === point) ? blockOf(look, point) : undefined;
      return block === undefined ? [] : chainBelow(look, block.name);
    }),
  );
}

function inUse(look: Look, device: DeviceLook): string | undefined {
  const number = look.blocks.find((block) => block.name === device.name)?.number;
  const mounted = look.mounts.find((mount) => mount.device === number);
  if (mounted !== undefined) {
    return `it is mounted on ${mounted.point}`;
  }
  if (device.holders.length > 0) {
    return `${device.holders.join(', ')} is built on it`;
  }
  if (device.uses.includes('swap')) {
    return 'it is swap space';
  }
  const table = device.uses.find((use) => use.startsWith('/'));
  return table === undefined ? undefined : `${table} names it`;
}

function deviceRefused(change: Change, look: Look): Reason | undefined {
  const { device } = look;
  const chosen = change.device;
  if (device === undefined) {
    return [`${chosen} is no block device of this host.`, 'Choose one of the empty devices.'];
  }
  const system = systemDisks(look);
  if (chainBelow(look, device.name).some((name) => system.has(name))) {
    return [
      `${chosen} lies on the disk of the running system.`,
      'Choose a device of its own: a key beside the data that it opens protects nothing.',
    ];
  }
  if (device.readOnly) {
    return [`${chosen} is read-only.`, 'Choose another device, or make it writable.'];
  }
  const use = inUse(look, device);
  if (use !== undefined) {
    return [`${chosen} is in use: ${use}.`, 'Choose an empty device.'];
  }
  if (device.partitions.length > 0) {
    return [
      `${chosen} is not empty: it has partitions (${device.partitions.join(', ')}).`,
      'Choose an empty device or one of its empty partitions.',
    ];
  }
  if (device.signatures.length > 0) {
    return [
      `${chosen} is not empty: it holds ${device.signatures.join(', ')}.`,
      `Choose an empty device. If nothing on it is needed, wipe it yourself (wipefs --all ${chosen}) and plan again.`,
    ];
  }
  if (!device.zeroed) {
    return [
      `${chosen} is not empty: its beginning holds data without a known signature.`,
      'Some programs keep raw data on a device. If nothing on it is needed, overwrite its beginning with zeros yourself and plan again.',
    ];
  }
  const needed = neededBytes(look.usedBytes);
  return device.bytes >= needed
    ? undefined
    : [
        `${chosen} is too small: it has ${inWords(device.bytes)}, and ${inWords(look.usedBytes)} of data need ${inWords(needed)} with room to work.`,
        'Choose a larger device.',
      ];
}

/** PRECONDITION_FAILED with the first reason, or undefined when the migration can be tried. */
export function refusal(change: Change, look: Look): AppError | undefined {
  const reason = toolMissing(change, look) ?? pathRefused(change, look) ?? deviceRefused(change, look);
  return reason === undefined
    ? undefined
    : appError('PRECONDITION_FAILED', reason[0], reason[1], { hostState: 'unchanged' });
}
