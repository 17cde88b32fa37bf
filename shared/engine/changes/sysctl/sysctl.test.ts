import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTwice, testContext, undo, value } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { succeed } from '../../../domain/result.ts';
import { whileArmed } from '../under-guard.ts';
import { ownFile, revertProgram } from './host.ts';
import { sysctl } from './sysctl.ts';

// Only root can give a new file to root.
const asRoot = process.getuid?.() === 0;
if (!asRoot)
  process.stdout.write('sysctl: what creates the file of root is left out: not root; as root it runs\n');

// A mode that keeps everybody from writing binds root too once this right is gone (capabilities(7)).
const withoutOverride = asRoot ? ['setpriv', '--bounding-set=-dac_override', 'sh'] : ['sh'];

const change: ChangeOf<'sysctl'> = {
  kind: 'sysctl',
  settings: [
    { key: 'vm.max_map_count', value: '262144' },
    { key: 'kernel.printk', value: '3 4 1 3' },
  ],
};
let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
  host.teach('systemd-detect-virt', 'echo none; exit 1');
  host.place('/proc/sys/vm/max_map_count', '65530\n');
  host.place('/proc/sys/kernel/printk', '4\t4\t1\t7\n');
  host.place('/etc/sysctl.d/10-early.conf', 'vm.max_map_count = 1\n');
});
afterEach(() => host.remove());

const live = () =>
  ['vm/max_map_count', 'kernel/printk'].map((key) =>
    readFileSync(host.path(`/proc/sys/${key}`), 'utf8').trim(),
  );
const refused = { ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } };

describe('sysctl', () => {
  it('is refused in a container, where the key is missing and where a later file wins', async () => {
    host.teach('systemd-detect-virt', 'echo lxc');
    expect(await sysctl.inspect(change, testContext(host))).toMatchObject(refused);
    host.teach('systemd-detect-virt', 'echo none; exit 1');
    const odd: ChangeOf<'sysctl'> = { kind: 'sysctl', settings: [{ key: 'vm.none', value: '1' }] };
    expect(await sysctl.inspect(odd, testContext(host))).toMatchObject(refused);
    // Without systemd this file is read last.
    host.place('/etc/sysctl.conf', '# x\nkernel/printk = 1 1 1 1\n');
    const late = await sysctl.inspect(change, testContext(host));
    expect(late).toMatchObject(refused);
    expect(JSON.stringify(late)).toContain('/etc/sysctl.conf line 2 sets kernel.printk to 1 1 1 1');
  });

  it('names each key once', async () => {
    const twice: ChangeOf<'sysctl'> = {
      kind: 'sysctl',
      settings: [
        { key: 'vm.max_map_count', value: '1' },
        { key: 'vm.max_map_count', value: '2' },
      ],
    };
    expect(await sysctl.inspect(twice, testContext(host))).toMatchObject({
      error: { code: 'INPUT_INVALID' },
    });
  });

  it('is in place where another file and the kernel have the values already', async () => {
    host.place('/usr/lib/sysctl.d/90-x.conf', 'vm.max_map_count=262144\nkernel.printk=3   4 1 3\n');
    host.place('/proc/sys/vm/max_map_count', '262144\n');
    host.place('/proc/sys/kernel/printk', '3\t4\t1\t3\n');
    expect(value(await sysctl.inspect(change, testContext(host)))).toMatchObject({
      inPlace: true,
      diffs: [],
    });
    expect(existsSync(host.path(ownFile))).toBe(false);
  });

  it.runIf(asRoot)(
    'sets, finds nothing to do, and goes back, also from half way and without a mark',
    async () => {
      const applied = await applyTwice(sysctl, change, testContext(host));
      expect(live()).toEqual(['262144', '3 4 1 3']);
      expect(readFileSync(host.path(ownFile), 'utf8')).toContain(
        'vm.max_map_count = 262144\nkernel.printk = 3 4 1 3\n',
      );
      writeFileSync(host.path('/proc/sys/vm/max_map_count'), '65530\n');
      value(await undo(sysctl, change, { before: applied.before, mark: undefined }, testContext(host)));
      expect(live()).toEqual(['65530', '4 4 1 7']);
      expect(existsSync(host.path(ownFile))).toBe(false);
    },
  );

  it.runIf(asRoot)('restores nothing where the file or a value is somebody else’s since', async () => {
    const applied = await applyTwice(sysctl, change, testContext(host));
    writeFileSync(host.path(ownFile), 'vm.max_map_count = 5\n');
    expect(await undo(sysctl, change, applied, testContext(host))).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect(live()).toEqual(['262144', '3 4 1 3']);
    value(await undo(sysctl, change, applied, testContext(host), true));
    expect(live()).toEqual(['65530', '4 4 1 7']);
  });

  it('puts the file back only while the guard of the undoing is armed', async () => {
    const net: ChangeOf<'sysctl'> = {
      kind: 'sysctl',
      settings: [{ key: 'net.bulwark.none', value: '2' }],
    };
    host.place('/proc/sys/net/bulwark/none', '1\n');
    host.place(ownFile, '# theirs\n');
    const context = testContext(host, { openFresh: () => Promise.resolve(succeed(host.session())) });
    const applied = await applyTwice(sysctl, net, context);
    const needs: string[] = [];
    host.before = ({ name, args }) => {
      if (name === 'write-file') needs.push(...(args ?? []).filter((one) => one.endsWith('/armed')));
      return succeed(undefined);
    };
    value(await undo(sysctl, net, applied, context));
    expect(needs).toEqual([whileArmed(context)]);
    expect(readFileSync(host.path(ownFile), 'utf8')).toBe('# theirs\n');
  });

  it('refuses a parameter that cannot be written before any guard is armed', async () => {
    const rigid = new LocalHost({ shell: withoutOverride });
    try {
      rigid.teach('systemd-detect-virt', 'echo lxc');
      rigid.place('/proc/sys/net/bulwark/none', '1\n', 0o444);
      rigid.place('/proc/sys/net/bulwark/open', '1\n');
      const net = (none: string): ChangeOf<'sysctl'> => ({
        kind: 'sysctl',
        settings: [
          { key: 'net.bulwark.open', value: '2' },
          { key: 'net.bulwark.none', value: none },
        ],
      });
      for (const none of ['2', '1']) {
        const context = testContext(rigid);
        const inspected = await sysctl.inspect(net(none), context);
        expect(inspected).toMatchObject(refused);
        expect(JSON.stringify(inspected)).toContain('net.bulwark.none cannot be written');
        expect(await sysctl.apply(net(none), new Uint8Array(), context)).toMatchObject(refused);
        expect(context.guards).toEqual([]);
      }
      expect([...new Set(rigid.names)].sort()).toEqual(['read-file', 'sysctl-look']);
      expect(readFileSync(rigid.path('/proc/sys/net/bulwark/open'), 'utf8')).toBe('1\n');
      expect(existsSync(rigid.path('/etc'))).toBe(false);
      rigid.place('/proc/sys/net/bulwark/open', '2\n');
      rigid.place('/etc/sysctl.d/10-x.conf', 'net.bulwark.open = 2\nnet.bulwark.none = 1\n');
      expect(value(await sysctl.inspect(net('1'), testContext(rigid)))).toMatchObject({ inPlace: true });
    } finally {
      rigid.remove();
    }
  });

  it('lets the guard put back what needs no writing', () => {
    host.place('/proc/sys/net/bulwark/none', '1\t2\n', 0o444);
    host.place('/guard/live', 'net/bulwark/none 1 2\n');
    const program = revertProgram.replaceAll('/proc/sys', host.path('/proc/sys'));
    const fired = () => {
      const [shell = 'sh', ...more] = withoutOverride;
      return spawnSync(shell, [...more, '-c', program, 'sh', host.path('/guard')]).status;
    };
    expect(fired()).toBe(0);
    host.place('/guard/live', 'net/bulwark/none 1 3\n');
    expect(fired()).toBe(1);
  });
});
