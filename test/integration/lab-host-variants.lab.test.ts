/** Hosts whose sudo, sshd, shell or programs differ: does the operator really meet what the variant promises? */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, openLab, type VariantName } from '../lab/index.ts';
import { VARIANTS } from '../lab/variants.ts';
import { overSsh } from './lab-probes.ts';

/** What the operator gets to see: a command, its exit code, and what it says. */
// What `fit-for-cluster` promises is about a node, and is seen where one joins another (es-enrollment.lab.test.ts).
const OPERATORS_VIEW: Readonly<
  Record<Exclude<VariantName, 'fit-for-cluster'>, readonly [string, number, RegExp]>
> = {
  'sudo-password': ['sudo -n true', 1, /a password is required/],
  'sudo-forbidden': ['sudo -n true', 1, /a password is required/],
  'sudo-missing': ['sudo -n true', 127, /sudo: command not found/],
  'sudo-needs-terminal': ['sudo -n true', 1, /you must have a tty/],
  'max-sessions-1': ['sudo -n sshd -T | grep -i maxsessions', 0, /^maxsessions 1$/m],
  'no-curl': ['curl --version', 127, /curl: command not found/],
  busybox: [
    'readlink /bin/sh; command -v stat; sudo -n stat --help',
    0,
    /^busybox\n\/opt\/busybox\/bin\/stat\nBusyBox/,
  ],
  ufw: ['sudo -n ufw status', 0, /^Status: active[\s\S]*9200\/tcp +ALLOW +Anywhere/],
  firewalld: [
    'sudo -n firewall-cmd --state; sudo -n firewall-cmd --list-ports',
    0,
    /^running\n(?=.*9200\/tcp)(?=.*443\/tcp)/,
  ],
  iptables: ['sudo -n iptables -S INPUT', 0, /^-P INPUT DROP[\s\S]*--dports 443,9200 -j ACCEPT/],
  'no-posix-shell': ['echo hello', 1, /not available/],
  'appliance-shell': ['echo hello', 0, /^(?!.*hello).*Unknown command/s],
  'ssh-socket': [
    'systemctl is-active ssh.socket; systemctl is-enabled ssh.service',
    1,
    /^active\ndisabled\n/,
  ],
  'without-systemd': ['ps -o comm= -p 1; ls /run/systemd/system', 2, /^init\n.*No such file/s],
};

let lab: Lab;

beforeAll(async () => {
  lab = await openLab({ log: (line) => console.error(line) });
});

afterAll(async () => {
  await lab.down();
});

describe('a host with the variant', () => {
  it.each(Object.keys(VARIANTS).filter(isKnown))('%s shows it to the operator', async (name) => {
    const [command, code, says] = OPERATORS_VIEW[name];
    const host = await lab.up('bare', { name: `host-${name}`, variants: [name] });
    const outcome = await overSsh(host, command);
    expect(outcome.stdout + outcome.stderr).toMatch(says);
    expect(outcome.code).toBe(code);
    await host.down();
  });

  it('can have several', async () => {
    const host = await lab.up('bare', { name: 'several', variants: ['sudo-password', 'max-sessions-1'] });
    const outcome = await overSsh(host, 'sudo -S -p "" sshd -T | grep -i maxsessions', `${host.password}\n`);
    expect(outcome.stdout).toBe('maxsessions 1\n');
    await host.down();
  });
});

describe('sudo with a password', () => {
  it('accepts the one of the operator', async () => {
    const host = await lab.up('sudo-password');
    const outcome = await overSsh(host, 'sudo -S -p "" id -un', `${host.password}\n`);
    expect(outcome).toMatchObject({ code: 0, stdout: 'root\n' });
    await host.down();
  });

  it('refuses an operator who is not allowed', async () => {
    const host = await lab.up('sudo-forbidden');
    const outcome = await overSsh(host, 'sudo -S -p "" id -un', `${host.password}\n`);
    expect(outcome.stderr).toContain('not in the sudoers file');
    expect(outcome.code).toBe(1);
    await host.down();
  });
});

function isKnown(name: string): name is keyof typeof OPERATORS_VIEW {
  return Object.hasOwn(OPERATORS_VIEW, name);
}
