/** An encrypted volume whose passphrase somebody types after every start: the host comes up without it, the service does not. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encryptedVolumeMigration as kind } from '../../shared/engine/changes/encrypted-volume-migration/encrypted-volume-migration.ts';
import { keptPath } from '../../shared/engine/changes/encrypted-volume-migration/kept-data.ts';
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

vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok)
  process.stdout.write(
    `passphrase at boot: skipped: ${prerequisites.missing} It runs where a lab can: test/lab/README.md.\n`,
  );
const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log(
    'Not run, to save minutes of two restarts: a passphrase at boot. BULWARK_LAB_SCENARIOS=every runs it.',
  );
}

/** What systemd-tty-ask-password-agent does with what it is given (systemd's "Password Agents"), for every question open. */
const answer = `for ask in /run/systemd/ask-password/ask.*; do
  /lib/systemd/systemd-reply-password 1 "$(sed -n 's/^Socket=//p' "$ask")"
done`;

describe.skipIf(!prerequisites.ok || !every)('a volume that waits for its passphrase', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ log: (line) => console.error(line) });
  });
  afterAll(() => lab?.down());

  async function restarted(bench: LabBench): Promise<LabBench> {
    await bench.session.close();
    await bench.host.reboot();
    return await patientBench(bench.host);
  }

  /** Reached over SSH, nothing mounted, the service neither runs nor has written into the empty directory below. */
  async function waits(bench: LabBench): Promise<void> {
    // Whoever would start it too early has had the time to.
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    expect(await bench.see('systemctl is-active scribe || true')).toBe('inactive\n');
    expect(await bench.see(`ls -A ${dataPath}; findmnt -n ${dataPath} || echo nothing`)).toBe('nothing\n');
    expect(await bench.see('ls /dev/mapper; ls /run/systemd/ask-password | grep -c ^ask')).toBe(
      'control\n1\n',
    );
    const started = await bench.host.run('timeout 20 systemctl start scribe');
    expect(started.code).not.toBe(0);
    expect(await bench.see(`ls -A ${dataPath}`)).toBe('');
  }

  it('starts without it, goes on when it is typed, and comes back while it is not', async () => {
    let bench = await volumeBench(await lab.up('bare-spare-disk', { name: 'passphrase' }));
    const change = { ...volumeChange, unlock: 'passphrase', fileSystem: 'xfs' } as const;
    const tree = await bench.see(treeScript);
    const around = await bench.see(surroundingsScript);
    const context = bench.context('asked');
    const applied = await applyTwice(kind, change, context);
    expect(await bench.see(treeScript)).toBe(tree);
    expect(await bench.see('ls -A /etc/cryptsetup-keys.d 2>/dev/null; grep -c " none " /etc/crypttab')).toBe(
      '1\n',
    );
    const written = Number(await bench.see(`wc -l < ${dataPath}/log`));

    bench = await restarted(bench);
    await waits(bench);
    const first = { ...bench.context('asked'), secrets: context.secrets };
    expect((await kind.verify(change, applied.mark, first)).ok).toBe(false);
    const key = value(await context.secrets.get(change.keyRef));
    const typed = await bench.session.run({
      name: 'typed',
      script: answer,
      stdin: key,
      privileged: true,
      deadlineSeconds: 30,
    });
    expect(value(typed).exitCode).toBe(0);
    await bench.see('for n in $(seq 90); do systemctl is-active -q scribe && exit 0; sleep 1; done; exit 1');
    expect(await bench.see(`findmnt -n -o FSTYPE ${dataPath}`)).toBe('xfs\n');
    expect(await bench.see(treeScript)).toBe(tree);
    await bench.see('sleep 2');
    expect(Number(await bench.see(`wc -l < ${dataPath}/log`))).toBeGreaterThan(written);
    value(await kind.verify(change, applied.mark, first));

    bench = await restarted(bench);
    await waits(bench);
    const second = { ...bench.context('asked'), secrets: context.secrets };
    value(await undo(kind, change, applied, second));
    expect(await bench.see(treeScript)).toBe(tree);
    expect(Number(await bench.see(`wc -l < ${dataPath}/log`))).toBeGreaterThan(written);
    expect(await bench.see(`findmnt -n ${dataPath} || systemctl is-active scribe`)).toBe('active\n');
    await bench.see(`rm -rf ${keptPath(change, 'asked')}`);
    expect(await bench.see(surroundingsScript)).toBe(around);
  });
});
