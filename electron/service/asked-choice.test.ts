import { expect, it } from 'vitest';
import type { Choice } from '../../shared/domain/finding.ts';
import { askedFor } from './asked-choice.ts';

const device: Choice = {
  name: 'dataDevice',
  label: 'Empty device',
  hint: '',
  type: 'one-of',
  suggested: '',
  options: [
    { value: '/dev/sdb', label: '/dev/sdb', detail: '64.0 GiB · QEMU HARDDISK', unusable: '' },
    { value: '/dev/sdc', label: '/dev/sdc', detail: '', unusable: '' },
    { value: '/dev/sda', label: '/dev/sda', detail: '32.0 GiB', unusable: 'In use.' },
  ],
  none: { reason: 'There is no empty device.', nextStep: 'Attach one.' },
};

it('names what can be chosen, and how', () => {
  expect(askedFor(device)).toBe('empty device (dataDevice: /dev/sdb, 64.0 GiB · QEMU HARDDISK or /dev/sdc)');
  const key = {
    ...device,
    label: 'Key',
    name: 'k',
    options: [{ value: 'a', label: 'A', detail: 'long words', unusable: '' }],
  };
  expect(askedFor(key)).toBe('key (k: a)');
});

it('says why nothing can be chosen', () => {
  const [, , taken] = device.options ?? [];
  const none = 'empty device (There is no empty device. Attach one.)';
  expect(askedFor({ ...device, options: taken === undefined ? [] : [taken] })).toBe(none);
  expect(askedFor({ ...device, options: [] })).toBe(none);
});

it('leaves a typed answer to the label', () => {
  expect(askedFor({ ...device, type: 'text' })).toBe('empty device');
});
