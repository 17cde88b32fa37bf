/** What is left when the program dies or the link is cut in the middle of a move: the host ends it, old or new, never half. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encryptedVolumeMigration as kind } from '../../shared/engine/changes/encrypted-volume-migration/encrypted-volume-migration.ts';
import type { HostWriter } from '../../shared/engine/ports.ts';
import { type Lab, labPrerequisites, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';
import type { LabBench } from '../support/lab-bench.ts';
import {
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
    `encrypted-volume-migration, broken off: skipped: ${prerequisites.missing} It runs where a lab can: test/lab/README.md.\n`,
  );

/** Where the program dies, whether the host then ends in the new state, and the file system on the volume. */
const usual = [
  ['volume-format', false, 'ext4'],
  ['verifying', true, 'xfs'],
] as const;
const further = [
  ['volume-begin', true, 'ext4'],
  ['starting', true, 'ext4'],
] as const;
const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  const names = further.map(([phase]) => phase).join(', ');
  console.log(
    `Not run, to save minutes: dying at ${names}; a cut link. BULWARK_LAB_SCENARIOS=every runs them too.`,
  );
}

describe.skipIf(!prerequisites.ok)('encrypted-volume-migration, broken off', () => {
  let lab: Lab;
  let bench: LabBench;
  let old: Old;
  beforeAll(async () => {
    lab = await openLab({ log: (line) => console.error(line) });
    bench = await volumeBench(await lab.up('bare-spare-disk', { name: 'broken' }));
    old = await seeOld(bench);
  });
  afterAll(() => lab?.down());
  const isOld = () => expectOld(bench, old);

  /** The program dies once the host is in a phase: nothing of it ever asks or orders anything again. */
  function dying(phase: string): { readonly host: HostWriter; readonly died: Promise<void> } {
    let die: () => void = () => undefined;
    const died = new Promise<void>((resolve) => {
      die = resolve;
    });
    const { session } = bench;
    const host: HostWriter = {
      hostId: session.hostId,
      hostKey: session.hostKey,
      seenFrom: session.seenFrom,
      probe: (request, signal) => session.probe(request, signal),
      request: (request, signal) => session.request(request, signal),
      exchange: (exchange, signal) => session.exchange(exchange, signal),
      cost: () => session.cost(),
      run: async (request, signal) => {
        const ran = await session.run(request, signal);
        const said = ran.ok ? new TextDecoder().decode(ran.value.stdout) : '';
        if (request.name === phase || said.startsWith(`state=${phase}\n`)) {
          die();
          return await new Promise<never>(() => undefined);
        }
        return ran;
      },
    };
    return { host, died };
  }

  it.each(every ? [...usual, ...further] : usual)(
    'the program dies at %s: the host ends in the new state: %s (%s)',
    async (phase, complete, fileSystem) => {
      const change = { ...volumeChange, fileSystem };
      const context = bench.context(`dead-${phase}`);
      const before = value(await kind.capture(change, context));
      const { host, died } = dying(phase);
      await Promise.race([died, kind.apply(change, before, { ...context, host })]);
      const after = { ...bench.context(`dead-${phase}`), secrets: context.secrets };
      expect(value(await kind.inspect(change, after)).inPlace).toBe(complete);
      expect(await bench.see(treeScript)).toBe(old.tree);
      value(await kind.revert(change, before, undefined, { ...after, force: false }));
      await bench.see(wipeAll);
      await isOld();
    },
  );

  it.runIf(every)('goes on while the link is cut', async () => {
    const context = bench.context('cut');
    let healed: Promise<void> | undefined;
    const before = value(await kind.capture(volumeChange, context));
    const applied = await kind.apply(volumeChange, before, {
      ...context,
      progress: (note) => {
        if (note.startsWith('Stopping') || note.startsWith('Copying') || note.startsWith('Comparing')) {
          healed ??= bench.host
            .cutLink()
            .then(() => new Promise((resolve) => setTimeout(resolve, 20_000)))
            .then(() => bench.host.restoreLink());
        }
      },
    });
    await healed;
    value(applied);
    bench = await patientBench(bench.host);
    expect(await bench.see(treeScript)).toBe(old.tree);
    const after = { ...bench.context('cut'), secrets: context.secrets };
    value(await kind.verify(volumeChange, {}, after));
    value(await kind.revert(volumeChange, before, undefined, { ...after, force: false }));
    await bench.see(wipeAll);
    await isOld();
  });
});
