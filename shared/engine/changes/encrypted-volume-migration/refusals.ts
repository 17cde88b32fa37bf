/** Why a directory cannot move to a device. Pure: one sentence and one next step per reason. */

import {
  type DeviceObstacle,
  inWords,
  neededBytes,
  obstacleWords,
  tooSmall,
} from '../../../domain/block-device.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { chainBelow, deviceOfMount, systemDevices } from '../../../text/mounts.ts';
import { type DeviceLook, type Look, liesOnCrypt } from './look.ts';

export { inWords, neededBytes };

type Change = ChangeOf<'encrypted-volume-migration'>;
type Reason = readonly [message: string, nextStep: string];

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

function obstacle(look: Look, device: DeviceLook): DeviceObstacle | undefined {
  const system = systemDevices(look.mounts, look.blocks);
  if (chainBelow(look.blocks, device.name).some((name) => system.has(name))) {
    return { reason: 'system', detail: '' };
  }
  if (device.readOnly) {
    return { reason: 'read-only', detail: '' };
  }
  const mounted = look.mounts.find((mount) => deviceOfMount(mount, look.blocks)?.name === device.name);
  if (mounted !== undefined) {
    return { reason: 'mounted', detail: mounted.point };
  }
  if (device.holders.length > 0) {
    return { reason: 'built-on', detail: device.holders.join(', ') };
  }
  if (device.uses.includes('swap')) {
    return { reason: 'swap', detail: '' };
  }
  const table = device.uses.find((use) => use.startsWith('/'));
  if (table !== undefined) {
    return { reason: 'table', detail: table };
  }
  if (device.partitions.length > 0) {
    return { reason: 'partitions', detail: device.partitions.join(', ') };
  }
  if (device.signatures.length > 0) {
    return { reason: 'signature', detail: device.signatures.join(', ') };
  }
  return device.zeroed ? tooSmall(device.bytes, look.usedBytes) : { reason: 'raw-data', detail: '' };
}

const nextSteps: Partial<Record<DeviceObstacle['reason'], (device: string) => string>> = {
  system: () => 'Choose a device of its own: a key beside the data that it opens protects nothing.',
  'read-only': () => 'Choose another device, or make it writable.',
  partitions: () => 'Choose an empty device or one of its empty partitions.',
  signature: (device) =>
    `Choose an empty device. If nothing on it is needed, wipe it yourself (wipefs --all ${device}) and plan again.`,
  'raw-data': () =>
    'Some programs keep raw data on a device. If nothing on it is needed, overwrite its beginning with zeros yourself and plan again.',
  'too-small': () => 'Choose a larger device.',
};

function deviceRefused(change: Change, look: Look): Reason | undefined {
  const { device } = look;
  const chosen = change.device;
  if (device === undefined) {
    return [`${chosen} is no block device of this host.`, 'Choose one of the empty devices.'];
  }
  const found = obstacle(look, device);
  return found === undefined
    ? undefined
    : [
        `${chosen} is ${obstacleWords(found)}.`,
        nextSteps[found.reason]?.(chosen) ?? 'Choose an empty device.',
      ];
}

/** PRECONDITION_FAILED with the first reason, or undefined when the migration can be tried. */
export function refusal(change: Change, look: Look): AppError | undefined {
  const reason = toolMissing(change, look) ?? pathRefused(change, look) ?? deviceRefused(change, look);
  return reason === undefined
    ? undefined
    : appError('PRECONDITION_FAILED', reason[0], reason[1], { hostState: 'unchanged' });
}
