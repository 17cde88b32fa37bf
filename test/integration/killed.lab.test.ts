/** The app is killed in the middle of a plan on a real host: the next start finds it, settles it, and can undo everything. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Change } from '../../shared/domain/change.ts';
import { interruptedSteps, recoverHost } from '../../shared/engine/recover.ts';
import { rollBack } from '../../shared/engine/rollback.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { type ChildInput, partsFor, planAndApply } from '../support/apply-child.ts';
import { value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { testDigest } from '../support/memory-ports.ts';

let lab: Lab;
let bench: LabBench;
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const changes: readonly Change[] = [
  ...names.map(
    (name): Change => ({
      kind: 'file-content',
      path: `/srv/k/${name}`,
      content: `new ${name}\n`,
      mode: '0600',
      expects: testDigest.sha256(`old ${name}\n`),
    }),
  ),
  { kind: 'file-mode', entries: [{ path: '/srv/k', mode: '0700', below: { fileMode: '0600' } }] },
];
const look = () => bench.see('cd /srv/k && stat -c "%n %U:%G %a" . * && cat *; ls -A | grep bulwark; true');

beforeAll(async () => {
  lab = await openLab();
  bench = await labBench(await lab.up('bare', { name: 'killed' }));
  await bench.see(
    `mkdir /srv/k; cd /srv/k; for n in ${names.join(' ')}; do echo "old $n" > $n; chmod 644 $n; done`,
  );
});
afterAll(async () => {
  await bench?.session.close();
  await lab?.down();
});

/** Runs the child and kills it where it stops. Gives what it said. */
function runAndKill(input: ChildInput): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, '../support/apply-child.ts'), 'apply'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('stopped')) {
        child.kill('SIGKILL');
      }
    });
    child.on('error', reject);
    child.on('close', () => {
      resolve(said);
    });
    child.stdin.end(`${JSON.stringify(input)}\n`);
  });
}

describe('killed in the middle', () => {
  // Where it is killed, and how many steps are open then.
  it.each([
    ['locked', 0],
    ['image stored', 0],
    ['intent written', 1],
    ['apply: write-file 1 before', 1],
    ['apply: write-file 1 after', 1],
    ['verified', 1],
    ['outcome written', 0],
    ['apply: write-file 2 after', 1],
  ] as const)('%s', async (stopAt, openThen) => {
    const folder = mkdtempSync(join(tmpdir(), 'killed-'));
    const knownHosts = join(folder, 'known_hosts');
    copyFileSync(bench.host.knownHostsFile, knownHosts);
    const { name, address, port, user, identityFile } = bench.host;
    const input: ChildInput = {
      folder,
      hostId: name,
      address,
      port,
      user,
      identityFile,
      knownHosts,
      changes,
      stopAt,
    };
    const before = await look();
    expect(await runAndKill(input)).toContain('stopped');

    const { parts, close } = partsFor(input);
    try {
      const open = value(await interruptedSteps(parts.journal, [name]));
      expect(open).toHaveLength(openThen);
      // Whatever the process was doing on the host when it died has a second to end.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const standing = await look();
      if (open.length > 0) {
        const settled = value(await recoverHost({ hostId: name, how: 'settle', breakLock: true }, parts));
        expect(settled.result).toBe('settled');
        expect(value(await interruptedSteps(parts.journal, [name]))).toEqual([]);
      }
      const entries = value(await parts.journal.read(name));
      const undone = await rollBack(
        { hostId: name, scope: { of: 'host' }, reason: 'test', breakLock: true },
        parts,
      );
      if (undone.ok) {
        expect(undone.value.result).toBe('undone');
      } else {
        expect(undone.error.code).toBe('NOT_FOUND');
        // Nothing was done; at most the lock was taken, and the app asks before it breaks it.
        await bench.see('rm -rf /run/bulwark/lock');
      }
      expect(await look()).toBe(before);
      console.log(
        `killed at "${stopAt}": ${entries.filter((entry) => entry.type === 'intent').length} steps begun, ${open.length} open, ${standing === before ? 'old' : 'changed'} state`,
      );
    } finally {
      await close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('cut off in the middle', () => {
  it.each([1, 2, 3, 4])('at note %i of the second step', async (note) => {
    const folder = mkdtempSync(join(tmpdir(), 'cut-'));
    const knownHosts = join(folder, 'known_hosts');
    copyFileSync(bench.host.knownHostsFile, knownHosts);
    const { name, address, port, user, identityFile } = bench.host;
    const input: ChildInput = {
      folder,
      hostId: name,
      address,
      port,
      user,
      identityFile,
      knownHosts,
      changes,
    };
    const before = await look();
    let notes = 0;
    let healed: Promise<void> | undefined;
    const result = await planAndApply(input, (step) => {
      notes += step.stepId.startsWith('02') ? 1 : 0;
      if (notes === note && healed === undefined) {
        healed = bench.host
          .cutLink()
          .then(() => new Promise((resolve) => setTimeout(resolve, 7000)))
          .then(() => bench.host.restoreLink());
      }
    });
    await healed;
    const { parts, close } = partsFor(input);
    try {
      expect(value(await interruptedSteps(parts.journal, [name]))).toEqual([]);
      const entries = value(await parts.journal.read(name));
      const unknown = entries.filter(
        (entry) => entry.type === 'outcome' && entry.result === 'unknown',
      ).length;
      const undone = value(
        await rollBack({ hostId: name, scope: { of: 'host' }, reason: 'test', breakLock: true }, parts),
      );
      expect(undone.result).toBe('undone');
      expect(await look()).toBe(before);
      console.log(
        `cut at note ${note}: the plan ended in ${result}, ${unknown} outcomes were unknown for a while`,
      );
    } finally {
      await close();
      rmSync(folder, { recursive: true });
    }
  });
});
