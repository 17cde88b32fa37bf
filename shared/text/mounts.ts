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
