/** The host itself restarts, or loses power, in the middle of a move: a unit settles it at boot, and the service runs. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { appError } from '../../shared/domain/error.ts';
import { fail } from '../../shared/domain/result.ts';
import type { ChangeContext } from '../../shared/engine/change-kind.ts';
import { encryptedVolumeMigration as kind } from '../../shared/engine/changes/encrypted-volume-migration/encrypted-volume-migration.ts';
import { type Lab, labPrerequisites, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';
import type { LabBench } from '../support/lab-bench.ts';
import {
  dataPath,
  expectOld,
  type Old,
  patientBench,
  seeOld,
  treeScript,
  volumeBench,
  volumeChange,
  wipeAll,
} from '../support/volume-bench.ts';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok)
  process.stdout.write(
    `encrypted-volume-migration, restarted: skipped: ${prerequisites.missing} It runs where a lab can: test/lab/README.md.\n`,
  );

/** Once the boot has had the time for it. */
const active =
  'for n in $(seq 60); do systemctl is-active -q scribe && break; sleep 1; done; systemctl is-active scribe';

/** The note of the program, the tool of the host that waits then and how it is called, and whether the power goes. */
const usual = [['Putting the new', 'mount', `"-- ${dataPath}"`, true]] as const;
const further = [
  ['Comparing', 'sha256sum', '*', false],
  ['Putting the new', 'mount', `"-- ${dataPath}"`, false],
] as const;
const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log(
    'Not run, to save minutes: three more restarts in a move, one of them on the way back. BULWARK_LAB_SCENARIOS=every runs them too.',
  );
}

describe.skipIf(!prerequisites.ok)('encrypted-volume-migration, restarted', () => {
  let lab: Lab;
  let bench: LabBench;
  let old: Old;
  beforeAll(async () => {
    lab = await openLab({ log: (line) => console.error(line) });
    bench = await volumeBench(await lab.up('bare-spare-disk', { name: 'restarted' }));
    old = await seeOld(bench);
  });
  afterAll(() => lab?.down());
  const isOld = () => expectOld(bench, old);

  /** A tool that waits when the host calls it like this, once, so that the restart comes in the very middle. */
  const held = (tool: string, when: string) => `mkdir -p /usr/local/sbin
printf '%s\\n' '#!/bin/sh' 'case "$*" in ${when}) rm -f "$0"; sync; sleep 200 ;; esac' 'exec /usr/bin/${tool} "$@"' > /usr/local/sbin/${tool}
chmod 755 /usr/local/sbin/${tool}`;

  /** The host restarts at the first note that begins so; nothing of the program goes on after that. */
  function restarting(note: string, abruptly: boolean, context: ReturnType<LabBench['context']>) {
    let rebooted: Promise<void> | undefined;
    const cut: ChangeContext = {
      ...context,
      openFresh: async () => {
        await rebooted;
        return fail(appError('SSH_TIMEOUT', 'Not yet.', 'Wait.'));
      },
      clock: {
        now: () => Date.now(),
        elapsed: () => performance.now(),
        sleep: async (milliseconds) => {
          await new Promise((resolve) => setTimeout(resolve, milliseconds));
          return rebooted === undefined;
        },
      },
      progress: (words) => {
        if (words.startsWith(note)) rebooted ??= bench.host.reboot({ abruptly });
      },
    };
    const ended = async () => {
      expect(rebooted).toBeDefined();
      await rebooted;
      bench = await patientBench(bench.host);
      return { ...bench.context(context.tag), secrets: context.secrets };
    };
    return { cut, ended };
  }

  it.each(every ? [...usual, ...further] : usual)(
    'is settled at boot: "%s …" in %s %s, abruptly: %s',
    async (note, tool, when, abruptly) => {
      const context = bench.context(`boot-${note.length}-${abruptly}`);
      const before = value(await kind.capture(volumeChange, context));
      await bench.see(held(tool, when));
      const { cut, ended } = restarting(note, abruptly, context);
      expect((await kind.apply(volumeChange, before, cut)).ok).toBe(false);
      const after = await ended();
      expect(value(await kind.inspect(volumeChange, after)).inPlace).toBe(false);
      expect(await bench.see(treeScript)).toBe(old.tree);
      expect(await bench.see(active)).toBe('active\n');
      value(await kind.revert(volumeChange, before, undefined, { ...after, force: false }));
      await isOld();
    },
  );

  it.runIf(every)('finishes the way back at boot when the host loses power in the middle of it', async () => {
    const context = bench.context('boot-back');
    const before = value(await kind.capture(volumeChange, context));
    value(await kind.apply(volumeChange, before, context));
    await bench.see(held('mv', `"-- "*" ${dataPath}"`));
    const { cut, ended } = restarting('Putting the new', true, context);
    const cutOff = await kind.revert(volumeChange, before, undefined, { ...cut, force: false });
    expect(cutOff.ok).toBe(false);
    const after = await ended();
    expect(await bench.see(treeScript)).toBe(old.tree);
    expect(await bench.see(active)).toBe('active\n');
    value(await kind.revert(volumeChange, before, undefined, { ...after, force: false }));
    await bench.see(wipeAll);
    await isOld();
  });
});
