/** What a move of the data to an encrypted disk asks for, by the control's own words. */
import control from '../../../../shared/controls/os/es-data-encrypted/control.ts';
import type { BlockDeviceFact } from '../../../../shared/domain/block-device.ts';
import type { Remedy } from '../../../../shared/domain/finding.ts';
import { factsOf, open } from '../../../support/facts.ts';

const gibibyte = 1_073_741_824;

export const spareDisks: readonly BlockDeviceFact[] = [
  { path: '/dev/nvme1n1', bytes: 1788 * gibibyte, model: 'SAMSUNG MZQL21T9HCJR-00A07' },
  { path: '/dev/mapper/vg0-esdata', bytes: 500 * gibibyte, model: '' },
];

export const takenDisks: readonly BlockDeviceFact[] = [
  {
    path: '/dev/nvme0n1',
    bytes: 447 * gibibyte,
    model: 'INTEL SSDPE2KX',
    obstacle: { reason: 'system', detail: '' },
  },
  {
    path: '/dev/sda',
    bytes: 3726 * gibibyte,
    model: 'ST4000NM0035-1V4107',
    obstacle: { reason: 'built-on', detail: 'vg0-esdata, vg0-backup' },
  },
  {
    path: '/dev/sdb',
    bytes: 931 * gibibyte,
    model: 'ST1000DM003-1ER162',
    obstacle: { reason: 'mounted', detail: '/srv/backup' },
  },
  {
    path: '/dev/sdc',
    bytes: 931 * gibibyte,
    model: 'ST1000DM003-1ER162',
    obstacle: { reason: 'signature', detail: 'linux_raid_member' },
  },
  { path: '/dev/sdd', bytes: 15 * gibibyte, model: 'SanDisk Ultra Fit' },
];

export function volumeRemedy(devices: readonly BlockDeviceFact[] = [...spareDisks, ...takenDisks]): Remedy {
  const path = '/opt/elasticsearch/data';
  const [plain] = open.storage;
  const facts = factsOf(open, {
    storage: plain ? [{ ...plain, encryption: 'none' }] : [],
    'block-devices': { devices, omitted: 0, used: [{ path, bytes: 212 * gibibyte }] },
  });
  const proposal = control.propose(facts, {});
  if (proposal.type !== 'choices') throw new Error(`expected choices, not ${proposal.type}`);
  return {
    type: 'choices',
    choices: [...proposal.choices],
    steps: [...proposal.steps],
    blast: control.words.blast,
    disturbs: proposal.disturbs,
    undo: proposal.undo,
    fixedTogetherWith: [],
  };
}
