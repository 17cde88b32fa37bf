import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sysctlChangeSchema } from '../../../domain/changes/system.ts';
import { atBoot, plainValue, procPath, readingOrder, type SettingsFile, withSettings } from './precedence.ts';

const file = (path: string, text: string): SettingsFile => ({ path, text });
const key = 'vm.max_map_count';

describe('precedence of kernel parameters', () => {
  it('lets the later name win whatever its folder, and the first folder for equal names', () => {
    const ordered = readingOrder(
      [
        file('/etc/sysctl.d/10-a.conf', `${key}=1`),
        file('/etc/sysctl.d/50-b.conf', `  ${key} =  2 `),
        file('/usr/lib/sysctl.d/50-b.conf', `${key}=3`),
        file('/usr/lib/sysctl.d/20-c.conf', `${key}=4`),
      ],
      [],
    );
    expect(atBoot(ordered, key)).toEqual({ value: '2', path: '/etc/sysctl.d/50-b.conf', line: 1 });
    expect(atBoot(readingOrder(ordered, [file('/etc/sysctl.conf', `#\n-vm/max_map_count=9`)]), key)).toEqual({
      value: '9',
      path: '/etc/sysctl.conf',
      line: 2,
    });
  });

  it('knows comments, patterns, exclusions and both separators', () => {
    const of = (text: string, name: string) => atBoot([file('/f', text)], name)?.value;
    expect(of(`;${key}=1\n#${key}=2\n`, key)).toBeUndefined();
    expect(of('net.ipv4.conf.*.rp_filter = 2\n', 'net.ipv4.conf.all.rp_filter')).toBe('2');
    expect(
      of('net.ipv4.conf.all.rp_filter=1\nnet.ipv4.conf.*.rp_filter = 2', 'net.ipv4.conf.all.rp_filter'),
    ).toBe('1');
    expect(
      of('net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.all.rp_filter'),
    ).toBeUndefined();
    expect(of('net.ipv4.c*.rp_filter = 2', 'net.ipv4.conf.all.rp_filter')).toBeUndefined();
    expect(of('vm.[a-z]* = 3', key)).toBe('3');
    expect(procPath('net.ipv4.conf.eth0/1.mtu')).toBe('net/ipv4/conf/eth0.1/mtu');
    expect(procPath('net/ipv4/conf/eth0.1/mtu')).toBe('net/ipv4/conf/eth0.1/mtu');
    expect(plainValue(' 4096\t16384 \n')).toBe('4096 16384');
  });

  it('writes a file in which the wanted values win, and keeps lines for other keys', () => {
    const name = fc.constantFrom('vm.a', 'vm.b', 'net.c.d', 'vm/a');
    const line = fc.oneof(
      fc.tuple(name, fc.nat(9)).map(([one, two]) => `${one} = ${two}`),
      fc.constantFrom('# note', '', 'vm.* = 5', '-vm.b'),
    );
    fc.assert(
      fc.property(fc.array(line), fc.nat(9), (lines, value) => {
        const before = lines.join('\n');
        const after = withSettings(before, [{ key: 'vm.a', value: String(value) }]);
        expect(atBoot([file('/f', after)], 'vm.a')?.value).toBe(String(value));
        expect(atBoot([file('/f', after)], 'net.c.d')).toMatchObject(
          atBoot([file('/f', before)], 'net.c.d') === undefined
            ? {}
            : { value: atBoot([file('/f', before)], 'net.c.d')?.value },
        );
        expect(withSettings(after, [{ key: 'vm.a', value: String(value) }])).toBe(after);
      }),
    );
  });

  it('takes no key that leaves /proc/sys and no value of two lines', () => {
    const ok = (one: string, value = '1') =>
      sysctlChangeSchema.safeParse({ kind: 'sysctl', settings: [{ key: one, value }] }).success;
    expect([key, 'net.ipv4.conf.eth0.rp_filter', 'kernel.core_pattern'].map((one) => ok(one))).toEqual([
      true,
      true,
      true,
    ]);
    const keys = ['../x', 'vm', 'vm..x', 'vm/../x', 'vm.', '.vm.x', 'vm.x y', 'vm.*', 'vm.x\n', '-vm.x'];
    expect(keys.filter((bad) => ok(bad))).toEqual([]);
    expect(['', ' 1', '1 ', '1\n2', 'é', '\t'].filter((bad) => ok(key, bad))).toEqual([]);
  });
});
