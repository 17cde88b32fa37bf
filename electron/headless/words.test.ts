import { describe, expect, it } from 'vitest';
import type { Choice } from '../../shared/domain/finding.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { plain, planText } from './words.ts';

const plan: Plan = {
  id: 'p1',
  createdAt: '2026-01-01T00:00:00Z',
  digest: 'a'.repeat(64),
  basis: [],
  steps: [],
  leftOut: [],
};

const sources: Choice = {
  name: 'allowedSources',
  label: 'Who may reach Elasticsearch over HTTP',
  hint: 'Addresses or ranges, one per line.',
  type: 'cidr-list',
  suggested: '10.1.0.1/32\n10.2.0.0/24',
};

function leftOut(...choices: Choice[]): string {
  return planText({
    ...plan,
    leftOut: [{ findingId: 'h/firewall-active', reason: 'It needs a choice first.', choices }],
  });
}

describe('text from a host', () => {
  it('cannot drive the terminal', () => {
    expect(plain('a\u001b]0;evil\u0007\u009b31m\rb\n\u202ec')).toBe('a ]0;evil  31m b\n c');
  });
});

describe('a difference', () => {
  function shown(before: string, after: string): readonly string[] {
    const step = {
      id: '01-file-content',
      hostId: 'h',
      change: { kind: 'account', user: 'u', group: 'u', home: '/', shell: '/bin/false' },
      controls: [],
      title: 'Bulwark will write a file',
      words: [],
      diffs: [{ subject: '/etc/a', before, after }],
      blast: 'none',
      outageSeconds: 0,
      guarded: false,
      nothingToDo: false,
    } as unknown as Plan['steps'][number];
    const lines = planText({ ...plan, steps: [step] }).split('\n');
    return lines.slice(3, lines.indexOf('plan p1'));
  }

  it('shows a new file as one, without a place and without an empty line taken away', () => {
    const whole = ['    /etc/a  (new; before: no file)', '      +a', '      +b'];
    expect(shown('(no file)', 'a\nb\n')).toEqual(whole);
    expect(shown('', 'a\nb')).toEqual(['    /etc/a  (new)', ...whole.slice(1)]);
    expect(shown('a\n', '(no file)')).toEqual(['    /etc/a  (goes away; afterwards: no file)', '      -a']);
  });

  it('shows a changed one with its place and what stays', () => {
    expect(shown('a\nb\n', 'a\nc\n')).toEqual([
      '    /etc/a',
      '      @@ line 1 @@',
      '       a',
      '      -b',
      '      +c',
    ]);
  });
});

describe('a finding that needs a choice first', () => {
  it('names the option by which it is made, with an example', () => {
    expect(leftOut(sources).split('\n').slice(0, 3)).toEqual([
      'left out: h/firewall-active: It needs a choice first.',
      '    give it with: --choice allowedSources=ADDRESS[,ADDRESS…]   (for example allowedSources=10.1.0.1/32,10.2.0.0/24)',
      '      Who may reach Elasticsearch over HTTP: Addresses or ranges, separated by commas.',
    ]);
  });

  it('says of one that has a default that it may be left out, and what holds then', () => {
    expect(leftOut({ ...sources, name: 'sshSources', suggested: '10.1.0.1/32', optional: true })).toContain(
      '    may be given with: --choice sshSources=ADDRESS[,ADDRESS…]   (without it: 10.1.0.1/32)\n',
    );
  });

  const device: Choice = {
    name: 'dataDevice',
    label: 'Empty device',
    hint: '',
    type: 'one-of',
    suggested: '',
    options: [
      { value: '/dev/sdb', label: '/dev/sdb', detail: '', unusable: '' },
      { value: '/dev/sda', label: '/dev/sda', detail: '', unusable: 'In use.' },
    ],
    none: { reason: 'There is no empty device.', nextStep: 'Attach one.' },
  };

  it('lists only what can be chosen', () => {
    expect(leftOut(device)).toContain('    give it with: --choice dataDevice=/dev/sdb\n');
  });

  it('says why nothing can be chosen', () => {
    expect(leftOut({ ...device, options: [] })).toContain(
      '    Empty device: There is no empty device. Attach one.\n',
    );
  });
});
