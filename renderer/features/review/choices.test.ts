import { describe, expect, it } from 'vitest';
import type { Choice } from '../../../shared/domain/finding.ts';
import { choiceProblem, isNetwork, normalised } from './choices.ts';

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
