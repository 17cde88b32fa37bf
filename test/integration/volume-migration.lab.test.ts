/** A directory moves onto an encrypted disk of a real kernel, stays there over a restart, and comes back with what was written since. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encryptedVolumeMigration as kind } from '../../shared/engine/changes/encrypted-volume-migration/encrypted-volume-migration.ts';
import { readImage } from '../../shared/engine/changes/encrypted-volume-migration/image.ts';
import {
  keptPath,
  readKept,
  removeKept,
} from '../../shared/engine/changes/encrypted-volume-migration/kept-data.ts';
import {
  doubtsAfterUndo,
  lookAtService,
} from '../../shared/engine/changes/encrypted-volume-migration/still-served.ts';
import { type Lab, labPrerequisites, openLab } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import type { LabBench } from '../support/lab-bench.ts';
import {
  dataPath,
  patientBench,
  surroundingsScript,
  treeScript,
  volumeBench,
  volumeChange,
} from '../support/volume-bench.ts';

vi.setConfig({ testTimeout: 600_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok)
  process.stdout.write(
    `encrypted volume: skipped: ${prerequisites.missing} It runs where a lab can: test/lab/README.md.\n`,
  );

describe.skipIf(!prerequisites.ok)('encrypted-volume-migration on a kernel of its own', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ log: (line) => console.error(line) });
  });
  afterAll(() => lab?.down());

  async function fresh(name: string): Promise<LabBench> {
    return await volumeBench(await lab.up('bare-spare-disk', { name }));
  }
  const lines = async (bench: LabBench) => Number(await bench.see(`wc -l < ${dataPath}/log`));
  const layers = `lsblk -n -s -o NAME,TYPE "$(findmnt -n -o SOURCE -T ${dataPath})"; cryptsetup luksDump /dev/ubdb | sed -n 's/^Version:[[:space:]]*//p'; systemctl is-active scribe`;

  /** A host that has just started may still be opening its volume when its SSH server answers. */
  const started = 'for n in $(seq 120); do systemctl is-active -q scribe && break; sleep 1; done';

  it('moves, stays over a restart, and comes back with everything written since', async () => {
    const bench = await fresh('volume');
    const tree = await bench.see(treeScript);
    const around = await bench.see(surroundingsScript);
    const context = bench.context('volume-1');
    const applied = await applyTwice(kind, volumeChange, context);
    expect(await bench.see(treeScript)).toBe(tree);
    expect(await bench.see(layers)).toMatch(/^luks-[0-9a-f-]{36} crypt\s+\S*ubdb\s+disk\s+2\s+active\s*$/);
    expect(await bench.see(`dmsetup table | cut -d ' ' -f 4`)).toContain('crypt');
    expect(await bench.see('stat -c "%U %a" /etc/cryptsetup-keys.d/*.key')).toBe('root 400\n');
    expect(await bench.see(`cd ${keptPath(volumeChange, 'volume-1')} && find . | wc -l`)).not.toBe('0\n');
    console.log(context.notes.join('\n'));

    await bench.session.close();
    await bench.host.reboot();
    const after = await patientBench(bench.host);
    await after.see(started);
    expect(await after.see(layers)).toMatch(/crypt\s+\S*ubdb\s+disk\s+2\s+active\s*$/);
    expect(await after.see(treeScript)).toBe(tree);
    const again = { ...after.context('volume-1'), secrets: context.secrets };
    value(await kind.verify(volumeChange, applied.mark, again));
    expect(value(await kind.inspect(volumeChange, again)).inPlace).toBe(true);

    await after.see(
      `runuser -u operator -- sh -c 'echo later > ${dataPath}/later'; rm ${dataPath}/sub/sparse`,
    );
    const changed = await after.see(treeScript);
    const written = await lines(after);
    value(await undo(kind, volumeChange, applied, again));
    expect(await after.see(treeScript)).toBe(changed);
    expect(await lines(after)).toBeGreaterThanOrEqual(written);
    expect(await after.see(`findmnt -n -o SOURCE -T ${dataPath}; systemctl is-active scribe`)).toBe(
      '/dev/ubda\nactive\n',
    );
    expect(await after.see('cryptsetup luksUUID /dev/ubdb | wc -c; ls /dev/mapper')).toBe('37\ncontrol\n');
    console.log(again.notes.join('\n'));
    const kept = value(await readKept(volumeChange, again));
    expect(kept?.path).toBe(`${dataPath}.before-encryption-volume-1`);
    const image = readImage(applied.before);
    const seen = value(await lookAtService(volumeChange, image, kept?.path ?? '', again));
    expect(seen).toMatchObject({ mounted: 'nothing', path: 'filled', running: true, held: [] });
    expect(doubtsAfterUndo(volumeChange, image, seen)).toEqual([]);
    if (kept) value(await removeKept(kept, again));
    expect(value(await readKept(volumeChange, again))).toBeUndefined();
    expect(await after.see(surroundingsScript)).toBe(around);
    await after.session.close();
    await bench.host.down();
  });
});
