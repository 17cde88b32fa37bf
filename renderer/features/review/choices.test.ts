import { describe, expect, it } from 'vitest';
import type { Choice } from '../../../shared/domain/finding.ts';
import { choiceProblem, isNetwork, normalised, nothingToChoose } from './choices.ts';

const sources: Choice = {
  name: 's',
  label: 'Sources',
  hint: '',
  type: 'cidr-list',
  suggested: '10.0.0.1/32',
};

describe('networks', () => {
  it.each(['10.20.0.0/16', '192.168.1.7', '2001:db8::/32', '::1', 'fe80::1/64', '::ffff:10.0.0.1'])(
    'takes %s',
    (text) => expect(isNetwork(text)).toBe(true),
  );
  it.each([
    '10.20.0',
    '300.1.1.1',
    '10.0.0.0/33',
    'example.org',
    '::1/129',
    '1:::2',
    '1::2::3',
    '10.0.0.0/8/8',
    '',
  ])('refuses %s', (text) => expect(isNetwork(text)).toBe(false));
});

describe('choices', () => {
  it('name the entry that is wrong', () => {
    expect(choiceProblem(sources, '10.0.0.0/8\nmy-laptop')).toContain('"my-laptop"');
  });
  it('refuse a list that lets everybody in', () => {
    expect(choiceProblem(sources, '0.0.0.0/0')).toContain('everybody');
    expect(choiceProblem(sources, '::/0')).toContain('everybody');
  });
  it('need a list that came with a suggestion, and not one that came empty', () => {
    expect(choiceProblem(sources, ' ')).not.toBe('');
    expect(choiceProblem({ ...sources, suggested: '' }, '')).toBe('');
  });
  it('forgive commas and spaces', () => {
    expect(choiceProblem(sources, '10.0.0.1, 10.0.0.2 10.0.0.3')).toBe('');
    expect(normalised(sources, '10.0.0.1, 10.0.0.2')).toBe('10.0.0.1\n10.0.0.2');
  });
});

describe('one of several', () => {
  const device: Choice = {
    name: 'd',
    label: 'Device',
    hint: '',
    type: 'one-of',
    suggested: '',
    options: [
      { value: '/dev/sdb', label: '/dev/sdb', detail: '', unusable: '' },
      { value: '/dev/sda', label: '/dev/sda', detail: '', unusable: 'In use.' },
    ],
    none: { reason: 'No device.', nextStep: 'Attach one.' },
  };
  const [, taken] = device.options ?? [];
  it('must be chosen, and one that can be', () => {
    expect(choiceProblem(device, '')).toBe('Choose one of these.');
    expect(choiceProblem(device, '/dev/sdz')).toBe('Choose one of these.');
    expect(choiceProblem(device, '/dev/sda')).toBe('In use.');
    expect(choiceProblem(device, '/dev/sdb')).toBe('');
  });
  it('says so when nothing can be chosen', () => {
    expect(nothingToChoose(device)).toBe(false);
    expect(nothingToChoose(sources)).toBe(false);
    const empty = { ...device, options: taken === undefined ? [] : [taken] };
    expect(nothingToChoose(empty)).toBe(true);
    expect(nothingToChoose({ ...device, options: [] })).toBe(true);
    expect(choiceProblem({ ...device, options: [] }, '')).toBe('No device.');
  });
});
