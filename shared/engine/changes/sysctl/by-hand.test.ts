import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandUndoBench } from '../../../../test/support/hand-undo-script.ts';
import { sysctlByHand } from './by-hand.ts';

const ops = sysctlByHand({
  kind: 'sysctl',
  settings: [
    { key: 'vm.max_map_count', value: '300000' },
    { key: 'kernel.printk', value: '3 4 1 3' },
  ],
});
const count = '/proc/sys/vm/max_map_count';
const printk = '/proc/sys/kernel/printk';

let bench: HandUndoBench;
beforeEach(() => {
  bench = new HandUndoBench(ops);
  bench.place(count, '65530\n');
  bench.place(printk, '4\t4\t1\t7\n');
  bench.run('keep');
  bench.place(count, '300000\n');
  bench.place(printk, '3\t4\t1\t3\n');
});
afterEach(() => bench.remove());

describe('kernel parameters by hand', () => {
  it('keeps the file of Bulwark as well', () => {
    expect(ops).toContainEqual({ do: 'file', path: '/etc/sysctl.d/zz-bulwark.conf' });
  });

  it('puts back the live values of before, and finds nothing to do the second time', () => {
    for (const _ of [1, 2]) {
      expect(bench.run('check')).toEqual({ code: 0, said: '' });
      expect(bench.run('undo')).toEqual({ code: 0, said: '' });
      expect(
        [bench.read(count), bench.read(printk)].map((text) => text.trim().split(/\s+/).join(' ')),
      ).toEqual(['65530', '4 4 1 7']);
    }
  });

  it('takes a value that was never set for its own', () => {
    bench.place(count, '65530\n');
    expect(bench.run('check').code).toBe(0);
  });

  it('sees a value that somebody else set, and one that begins like another, as drift', () => {
    for (const strange of ['555555\n', '6553\n', '65530 1\n']) {
      bench.place(count, strange);
      expect(bench.run('check')).toEqual({
        code: 1,
        said: 'the kernel parameter vm/max_map_count is not as Bulwark left it',
      });
    }
  });
});
