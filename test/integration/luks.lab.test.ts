/** Whether the disk under the data is encrypted can be seen on hosts with a kernel of their own: the program says what is there. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { evidenceSchema } from '../../shared/domain/evidence.ts';
import { outcomeSchema } from '../../shared/domain/outcome.ts';
import { type Lab, labPrerequisites, openLab, type ScenarioName } from '../lab/index.ts';
import { bulwark } from '../support/bulwark-process.ts';

// Building a kernel's disk takes minutes the first time.
vi.setConfig({ testTimeout: 600_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok)
  process.stdout.write(
    `disk encryption: skipped: ${prerequisites.missing} It runs where a lab can: test/lab/README.md.\n`,
  );

const controlSchema = z.object({
  id: z.string(),
  outcome: outcomeSchema,
  summary: z.string(),
  evidence: z.array(evidenceSchema),
});
const answerSchema = z.object({ hosts: z.tuple([z.object({ controls: z.array(controlSchema) })]) });

describe.skipIf(!prerequisites.ok)('the data of Elasticsearch', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ log: (line) => console.error(line) });
  });
  afterAll(async () => {
    await lab?.down();
  });

  /** What an assessment without a workspace says of es-data-encrypted, and what the host's own tools say of the disk. */
  async function judged(scenario: ScenarioName, path: string) {
    const host = await lab.up(scenario);
    const disk = await host.run(
      `lsblk -n -s -o TYPE "$(findmnt -n -o SOURCE -T ${path})" | tr -s '[:space:]' ' '`,
    );
    const at = `${host.user}@${host.address}:${host.port}`;
    const login = ['--identity', host.identityFile, '--known-hosts', host.knownHostsFile];
    const ended = await bulwark(['assess', '--host', at, ...login, '--json']);
    await host.down();
    expect(ended.stderr).toBe('');
    const [{ controls }] = answerSchema.parse(JSON.parse(ended.stdout)).hosts;
    const control = controls.find(({ id }) => id === 'es-data-encrypted');
    if (control === undefined) throw new Error('the control is not in the answer');
    return { control, disk: disk.stdout, text: JSON.stringify(control.evidence) };
  }

  it('passes on a LUKS disk, and says which one', async () => {
    const { control, disk, text } = await judged('luks', '/opt/elasticsearch-8.19.21/data');
    expect(disk).toContain('crypt');
    expect(control.outcome).toBe('pass');
    expect(text).toContain('/opt/elasticsearch-8.19.21/data');
    expect(text).toMatch(/crypt/i);
  });

  it('fails on a plain disk, and says which one', async () => {
    const { control, disk, text } = await judged('open-kernel', '/opt/elasticsearch-8.19.21/data');
    expect(disk).not.toContain('crypt');
    expect(control.outcome).toBe('fail');
    expect(text).toContain('/opt/elasticsearch-8.19.21/data');
  });

  it('is not judged where there is none, whatever the disk', async () => {
    const { control } = await judged('bare-kernel', '/var/lib');
    expect(control.outcome).toBe('not-applicable');
  });
});
