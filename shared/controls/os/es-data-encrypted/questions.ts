/** Onto which device the data goes, and where its key comes from at boot. */
import {
  type BlockDeviceFact,
  type BlockDevicesFact,
  inWords,
  neededBytes,
  obstacleWords,
  tooSmall,
} from '../../../domain/block-device.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { Facts } from '../../../domain/facts.ts';
import type { Choice, Option } from '../../../domain/finding.ts';

const formatted = 'The device you choose is formatted.';

/** Where the devices of the host are not known, somebody names one; the plan looks at it. */
const typed: Choice = {
  name: 'dataDevice',
  label: 'Empty device',
  hint: `A disk or partition of this host that holds nothing (lsblk --fs shows them), e.g. /dev/sdb. ${formatted} One that is not empty, too small or in use is refused.`,
  type: 'text',
  suggested: '',
};

const unlock: Choice = {
  name: 'dataUnlock',
  label: 'Key at boot',
  hint: 'The passphrase itself is made by Bulwark and kept in the vault either way.',
  type: 'one-of',
  suggested: 'key-file',
  options: [
    {
      value: 'key-file',
      label: 'Key file on this host',
      detail:
        'Starts by itself. The key lies on the root disk where only root reads it: it protects a disk that leaves the host alone, not the whole host.',
      unusable: '',
    },
    {
      value: 'passphrase',
      label: 'Passphrase at every start',
      detail: 'Somebody types it after each restart of the host; Elasticsearch waits until then.',
      unusable: '',
    },
  ],
};

function optionOf(device: BlockDeviceFact, usedBytes: number): Option {
  const obstacle = device.obstacle ?? tooSmall(device.bytes, usedBytes);
  const words = obstacle === undefined ? '' : obstacleWords(obstacle);
  return {
    value: device.path,
    label: device.path,
    detail: [inWords(device.bytes), device.model].filter((part) => part !== '').join(' · '),
    unusable: words === '' ? '' : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`,
  };
}

function listed({ devices, omitted, used }: BlockDevicesFact, path: string): Choice {
  const data = used.find((one) => one.path === path)?.bytes;
  const needed = inWords(neededBytes(data ?? 0));
  const options = devices.map((device) => optionOf(device, data ?? 0));
  const more = omitted === 0 ? '' : ` ${omitted} more devices were not looked at.`;
  return {
    name: 'dataDevice',
    label: 'Empty device',
    hint: `${
      data === undefined
        ? 'Whether the data fits is checked before anything is changed.'
        : `${inWords(data)} of data need at least ${needed}.`
    } ${formatted}${more}`,
    type: 'one-of',
    suggested: '',
    options: [
      ...options.filter(({ unusable }) => unusable === ''),
      ...options.filter(({ unusable }) => unusable !== ''),
    ],
    none: {
      reason: 'This host has no empty device that the data could move to.',
      nextStep: `Attach a disk of at least ${needed} to the host, or empty one of its devices yourself, then assess again.`,
    },
  };
}

/** Both choices of a move of `path`. */
export function questions(facts: Facts, path: string): readonly Choice[] {
  const known = knownValue(facts['block-devices']);
  return [known === undefined ? typed : listed(known, path), unlock];
}
