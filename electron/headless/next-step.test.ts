import { expect, it } from 'vitest';
import { appError } from '../../shared/domain/error.ts';
import { keyUnknown } from '../adapters/ssh/ssh-errors.ts';
import { atTheTerminal } from './next-step.ts';
import { parseOptions } from './options.ts';
import { commands } from './run.ts';

const fingerprint = 'SHA256:uNiVztksCsDhcc0u9e8BrQXcVA/+Hq3qPKu7sUUSmA4';

it('gives an unknown host key options that exist, with the fingerprint in place', () => {
  const { nextStep } = atTheTerminal(keyUnknown('op@192.0.2.1', { type: 'ssh-ed25519', fingerprint }), []);
  expect(nextStep).toContain(`--accept-new-key ${fingerprint},`);
  expect(nextStep).toContain('--known-hosts FILE');
});

it('names only options that every command that can meet the error takes', () => {
  const nextStep = (code: 'SSH_HOST_KEY_UNKNOWN' | 'VAULT_LOCKED') =>
    atTheTerminal(appError(code, '', ''), []).nextStep;
  const named = (text: string) => [...text.matchAll(/--([a-z-]+)/g)].map(([, name]) => name ?? '');
  for (const command of commands.filter(({ options }) => options.includes('known-hosts')))
    for (const name of named(nextStep('SSH_HOST_KEY_UNKNOWN'))) expect(command.options).toContain(name);
  for (const name of ['apply', 'rollback'])
    expect(commands.find((command) => command.name === name)?.options).toContain('vault-passphrase-stdin');
  expect(named(nextStep('VAULT_LOCKED'))).toEqual(['vault-passphrase-stdin']);
  expect(parseOptions(['--accept-new-key', fingerprint], ['accept-new-key']).ok).toBe(true);
});

it('names the one lock that may be broken, and only where a lock stands', () => {
  const locked = (lock?: string, name = 'rollback') =>
    atTheTerminal(
      appError('HOST_LOCKED', 'ben works here.', 'Wait.', lock === undefined ? {} : { lock }),
      commands.find((command) => command.name === name)?.options ?? [],
    );
  expect(locked('lock-1').nextStep).toContain('Wait. To break this lock and no other');
  expect(locked('lock-1').nextStep).toContain('--break-lock lock-1.');
  expect(locked('').nextStep).toContain('--break-lock unnamed.');
  expect(locked().nextStep).toBe('Wait.');
  expect(locked('lock-1', 'confirm-removal').nextStep).toBe('Wait.');
  for (const name of ['apply', 'rollback', 'recover'])
    expect(commands.find((command) => command.name === name)?.options).toContain('break-lock');
});

it('leaves other errors as they are', () => {
  const other = appError('SSH_REFUSED', 'a', 'b');
  expect(atTheTerminal(other, [])).toBe(other);
});
