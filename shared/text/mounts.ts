/** `/proc/self/mountinfo` and block devices with what they are built on. */
export interface Mount {
  readonly point: string;
  /** `major:minor`. */
  readonly device: string;
  readonly type: string;
  readonly source: string;
}

export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const fields = left.split(' ');
    const [type, source] = right.split(' ');
    const [point, device] = [fields[4], fields[2]];
    if (point === undefined || device === undefined || type === undefined || source === undefined) return [];
    return [{ point: unescape(point), device, type, source: unescape(source) }];
  });
}

/** Blanks and the like are written as octal numbers. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** The mount that holds a path; of several on one point the last one counts. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const holds = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`);
    if (holds && mount.point.length >= (best?.point.length ?? 0)) best = mount;
  }
  return best;
}

export interface BlockDevice {
  readonly name: string;
  /** `major:minor`. */
  readonly number: string;
  /** Device mapper's, e.g. `CRYPT-LUKS2-…`; empty for others. */
  readonly uuid: string;
  /** Device mapper's name, as below `/dev/mapper`. */
  readonly label: string;
  readonly below: readonly string[];
}

/** Lines `name|major:minor|dm uuid|dm name|slave,slave`. */
export function parseBlockDevices(text: string): readonly BlockDevice[] {
  return text.split('\n').flatMap((line) => {
    const [name, number, uuid, label, below] = line.split('|');
    if (!name || !number || below === undefined) return [];
    return [
      {
        name,
        number,
        uuid: uuid ?? '',
        label: label ?? '',
        below: below.split(',').filter((one) => one !== ''),
      },
    ];
  });
}

/** Whether every way down to a disk leads through dm-crypt. */
export function isEncrypted(device: BlockDevice, devices: readonly BlockDevice[], depth = 0): boolean {
  if (device.uuid.startsWith('CRYPT-'))
    return !device.uuid.startsWith('CRYPT-VERITY') && !device.uuid.startsWith('CRYPT-INTEGRITY');
  if (device.below.length === 0 || depth > 12) return false;
  return device.below.every((name) => {
    const next = devices.find((one) => one.name === name);
    return next !== undefined && isEncrypted(next, devices, depth + 1);
  });
}

/** Names of all devices that a block device is built on, itself included. */
export function chainBelow(devices: readonly BlockDevice[], name: string, depth = 0): readonly string[] {
  const device = devices.find((one) => one.name === name);
  if (device === undefined || depth > 12) return [name];
  return [name, ...device.below.flatMap((below) => chainBelow(devices, below, depth + 1))];
}

/** The device of a mount: by its number, or by its source where a file system has a number of its own (btrfs). */
export function deviceOfMount(mount: Mount, devices: readonly BlockDevice[]): BlockDevice | undefined {
  return (
    devices.find((device) => device.number === mount.device) ??
    devices.find(
      (device) =>
        mount.source === `/dev/${device.name}` ||
        (device.label !== '' && mount.source === `/dev/mapper/${device.label}`),
    )
  );
}

/** Names of the devices that carry the running system: those below the mounts that it cannot do without. */
export function systemDevices(
  mounts: readonly Mount[],
  devices: readonly BlockDevice[],
): ReadonlySet<string> {
  const points = ['/', '/boot', '/boot/efi', '/usr', '/var', '/etc'];
  return new Set(
    mounts
      .filter((mount) => points.includes(mount.point))
      .flatMap((mount) => {
        const device = deviceOfMount(mount, devices);
        return device === undefined ? [] : chainBelow(devices, device.name);
      }),
  );
}
