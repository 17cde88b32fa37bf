import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandUndoBench } from '../../../../test/support/hand-undo-script.ts';
import { swapByHand } from './by-hand.ts';

const head = 'Filename Type Size Used Priority\n';
const unit = '/etc/systemd/system/dev-vdb.swap';

let bench: HandUndoBench;
beforeEach(() => {
  bench = new HandUndoBench(swapByHand());
  mkdirSync(bench.path('/run/systemd/system'), { recursive: true });
  bench.place('/proc/swaps', `${head}/my\\040swap file 1024 0 -2\n/dev/vdb partition 1024 0 7\n`);
  bench.place(unit, '[Swap]\nWhat=/dev/vdb\n');
  bench.teach(
    'systemctl',
    `case $1 in
      list-units) echo dev-vdb.swap loaded active ;;
      list-unit-files) echo dev-vdb.swap enabled ;;
      show) echo LoadState=loaded; echo FragmentPath=${unit}; echo SourcePath= ;;
      *) echo "systemctl $*" >> "$ROOT/said" ;; esac`,
  );
  bench.teach('blkid', 'exit 2');
  bench.teach('swapon', 'for a; do printf "%s|" "$a"; done >> "$ROOT/said"; echo >> "$ROOT/said"');
  bench.run('keep');
  // What the change does.
  bench.place('/proc/swaps', head);
  renameSync(bench.path(unit), `${bench.path(unit)}.bulwark-off`);
  symlinkSync('/dev/null', bench.path(unit));
  bench.run('seal');
});
afterEach(() => bench.remove());

describe('swap by hand', () => {
  it('unmasks the units and turns on what was on, highest priority first', () => {
    expect(bench.run('check')).toEqual({ code: 0, said: '' });
    expect(bench.run('undo')).toEqual({ code: 0, said: '' });
    expect(bench.read('/said')).toBe('systemctl daemon-reload\n-p|7|/dev/vdb|\n/my swap|\n');
    expect(bench.read(unit)).toBe('[Swap]\nWhat=/dev/vdb\n');
    expect(lstatSync(bench.path(unit)).isFile()).toBe(true);
    expect(existsSync(`${bench.path(unit)}.bulwark-off`)).toBe(false);
  });

  it('turns on only what is off', () => {
    bench.place('/proc/swaps', `${head}/dev/vdb partition 1024 0 7\n`);
    expect(bench.run('check').code).toBe(0);
    expect(bench.run('undo').code).toBe(0);
    expect(bench.read('/said')).toBe('systemctl daemon-reload\n/my swap|\n');
  });

  it('sees other swap, and a unit that came back beside the one set aside, as drift', () => {
    bench.place('/proc/swaps', `${head}/other file 1024 0 -2\n`);
    expect(bench.run('check')).toEqual({ code: 1, said: 'swap on /other was turned on meanwhile' });
    bench.place('/proc/swaps', head);
    rmSync(bench.path(unit));
    bench.place(unit, '[Swap]\n');
    expect(bench.run('check').said).toContain('dev-vdb.swap came back meanwhile');
  });

  it('says when the kernel does not take it', () => {
    bench.teach('swapon', 'exit 1');
    expect(bench.run('undo')).toEqual({ code: 1, said: 'swap could not be turned on again' });
  });
});
